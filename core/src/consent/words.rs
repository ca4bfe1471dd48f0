//! The consent in words that the client can read: who gets what from whom, why, for how long (CNS-5).
