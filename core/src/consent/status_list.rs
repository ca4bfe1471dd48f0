//! The IETF Token Status List: a compressed bitmap of which consents have ended.
