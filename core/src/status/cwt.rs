//! The status list as a CWT: draft-ietf-oauth-status-list §5.2, RFC 8392, `COSE_Sign1` of RFC 9052 §4.2, in the shortest CBOR
//! (RFC 8949 §4.2.1).

use super::{PackedList, StatusListClaims, StatusListError};
use crate::jose::{from_base64, to_base64};

/// The `typ` of its protected header (RFC 9596), and its media type.
pub const TYPE: &str = "application/statuslist+cwt";

/// COSE header parameters and algorithm (RFC 9052 §3.1, RFC 9596, RFC 9053 §2.1).
const ALGORITHM: u64 = 1;
const KEY_ID: u64 = 4;
const TYP: u64 = 16;
const ES256: i64 = -7;
/// CWT claims (RFC 8392 §3.1, draft §5.2).
const ISSUER: u64 = 1;
const SUBJECT: u64 = 2;
const EXPIRES: u64 = 4;
const ISSUED: u64 = 6;
const STATUS_LIST: u64 = 65533;
const TTL: u64 = 65534;
/// The tag of `COSE_Sign1`.
const SIGN1: u64 = 18;
/// Members of a map, and maps and lists within each other: what we write has six, and one.
const MEMBERS_MAX: u64 = 32;
const DEPTH_MAX: u8 = 4;

/// Not signed yet.
pub struct Unsigned {
    protected: Vec<u8>,
    payload: Vec<u8>,
}

impl Unsigned {
    /// `kid` names the platform's ES256 key, as in the key set.
    pub fn new(claims: &StatusListClaims, kid: &str) -> Result<Self, StatusListError> {
        let PackedList { bits, lst } = &claims.status_list;
        let lst = from_base64(lst).map_err(|_| StatusListError)?;
        let mut protected = Writer::default();
        protected.map(3).unsigned(ALGORITHM).signed(ES256);
        protected.unsigned(KEY_ID).bytes(kid.as_bytes()).unsigned(TYP).text(TYPE);
        let mut payload = Writer::default();
        payload.map(6).unsigned(ISSUER).text(&claims.iss).unsigned(SUBJECT).text(&claims.sub);
        payload.unsigned(EXPIRES).signed(claims.exp).unsigned(ISSUED).signed(claims.iat);
        payload.unsigned(STATUS_LIST).map(2);
        payload.text("lst").bytes(&lst).text("bits").unsigned(u64::from(*bits));
        payload.unsigned(TTL).signed(claims.ttl);
        Ok(Self { protected: protected.0, payload: payload.0 })
    }

    /// What is signed: the `Sig_structure` of RFC 9052 §4.4.
    pub fn signed(&self) -> Vec<u8> {
        structure(&self.protected, &self.payload)
    }

    /// `signature`: r ‖ s.
    pub fn joined(&self, signature: &[u8]) -> Vec<u8> {
        let mut joined = Writer::default();
        joined.head(6, SIGN1).array(4).bytes(&self.protected).map(0);
        joined.bytes(&self.payload).bytes(signature);
        joined.0
    }
}

fn structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut signed = Writer::default();
    signed.array(4).text("Signature1").bytes(protected).bytes(&[]).bytes(payload);
    signed.0
}

/// A list that was read, its signature not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The name of the key, which signs with ES256.
    pub kid: String,
    /// Without the private claim `version`, which a CWT has not.
    pub claims: StatusListClaims,
    /// What the signature is over: the `Sig_structure` of RFC 9052 §4.4.
    pub signed: Vec<u8>,
    /// r ‖ s, 64 bytes.
    pub signature: Vec<u8>,
}

/// Reads a list as a platform writes it. Claims and header parameters that are not known are passed over; a number that is not
/// in its shortest form, a length that is not given, and whatever follows the list are errors.
pub fn read(bytes: &[u8]) -> Result<Read, StatusListError> {
    let mut whole = Reader(bytes);
    whole.expect(6, SIGN1)?;
    whole.expect(4, 4)?;
    let protected = whole.bytes()?;
    // The unprotected header.
    whole.expect(5, 0)?;
    let (payload, signature) = (whole.bytes()?, whole.bytes()?);
    whole.end()?;
    if signature.len() != 64 {
        return Err(StatusListError);
    }

    let (mut algorithm, mut kid, mut typ) = (None, None, None);
    Reader(protected).map(|key, value| match key {
        ALGORITHM => once(&mut algorithm, value.integer()?),
        KEY_ID => once(&mut kid, value.bytes()?),
        TYP => once(&mut typ, value.text()?),
        _ => value.pass_over(DEPTH_MAX),
    })?;
    if (algorithm, typ) != (Some(ES256), Some(TYPE)) {
        return Err(StatusListError);
    }
    let kid = std::str::from_utf8(kid.ok_or(StatusListError)?).map_err(|_| StatusListError)?;

    let (mut iss, mut sub, mut exp, mut iat) = (None, None, None, None);
    let (mut ttl, mut lst, mut bits) = (None, None, None);
    Reader(payload).map(|key, value| match key {
        ISSUER => once(&mut iss, value.text()?),
        SUBJECT => once(&mut sub, value.text()?),
        EXPIRES => once(&mut exp, value.integer()?),
        ISSUED => once(&mut iat, value.integer()?),
        TTL => once(&mut ttl, value.integer()?),
        STATUS_LIST => {
            for _ in 0..value.members()? {
                match value.text()? {
                    "lst" => once(&mut lst, value.bytes()?)?,
                    "bits" => once(&mut bits, value.integer()?)?,
                    _ => value.pass_over(DEPTH_MAX)?,
                }
            }
            Ok(())
        }
        _ => value.pass_over(DEPTH_MAX),
    })?;
    let text = |it: Option<&str>| it.map(str::to_owned).ok_or(StatusListError);
    let bits = bits.and_then(|it| u8::try_from(it).ok()).ok_or(StatusListError)?;
    let claims = StatusListClaims {
        iss: text(iss)?,
        sub: text(sub)?,
        iat: iat.ok_or(StatusListError)?,
        exp: exp.ok_or(StatusListError)?,
        ttl: ttl.ok_or(StatusListError)?,
        version: 0,
        status_list: PackedList { bits, lst: to_base64(lst.ok_or(StatusListError)?) },
    };
    let signed = structure(protected, payload);
    Ok(Read { kid: kid.to_owned(), claims, signed, signature: signature.to_vec() })
}

fn once<T>(place: &mut Option<T>, value: T) -> Result<(), StatusListError> {
    if place.replace(value).is_some() { Err(StatusListError) } else { Ok(()) }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Major type and argument (RFC 8949 §3).
    fn head(&mut self) -> Result<(u8, u64), StatusListError> {
        let [first] = *self.take::<1>()?;
        let (major, short) = (first >> 5, first & 0x1f);
        let (value, least) = match short {
            0..=23 => (u64::from(short), 0),
            24 => (u64::from(self.take::<1>()?[0]), 24),
            25 => (u64::from(u16::from_be_bytes(*self.take()?)), 0x100),
            26 => (u64::from(u32::from_be_bytes(*self.take()?)), 0x1_0000),
            27 => (u64::from_be_bytes(*self.take()?), 0x1_0000_0000),
            _ => return Err(StatusListError),
        };
        if value < least { Err(StatusListError) } else { Ok((major, value)) }
    }

    fn of(&mut self, major: u8) -> Result<u64, StatusListError> {
        match self.head()? {
            (found, value) if found == major => Ok(value),
            _ => Err(StatusListError),
        }
    }

    fn expect(&mut self, major: u8, value: u64) -> Result<(), StatusListError> {
        if self.of(major)? == value { Ok(()) } else { Err(StatusListError) }
    }

    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], StatusListError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(StatusListError)?;
        self.0 = rest;
        Ok(taken)
    }

    fn string(&mut self, major: u8) -> Result<&'a [u8], StatusListError> {
        let length = usize::try_from(self.of(major)?).map_err(|_| StatusListError)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(StatusListError)?;
        self.0 = rest;
        Ok(taken)
    }

    fn bytes(&mut self) -> Result<&'a [u8], StatusListError> {
        self.string(2)
    }

    fn text(&mut self) -> Result<&'a str, StatusListError> {
        std::str::from_utf8(self.string(3)?).map_err(|_| StatusListError)
    }

    fn integer(&mut self) -> Result<i64, StatusListError> {
        let (major, value) = self.head()?;
        let value = i64::try_from(value).map_err(|_| StatusListError)?;
        match major {
            0 => Ok(value),
            1 => Ok(-1 - value),
            _ => Err(StatusListError),
        }
    }

    fn members(&mut self) -> Result<u64, StatusListError> {
        self.of(5).and_then(|it| if it <= MEMBERS_MAX { Ok(it) } else { Err(StatusListError) })
    }

    /// A map with unsigned keys, which is all.
    fn map(
        mut self,
        mut member: impl FnMut(u64, &mut Self) -> Result<(), StatusListError>,
    ) -> Result<(), StatusListError> {
        for _ in 0..self.members()? {
            let key = self.of(0)?;
            member(key, &mut self)?;
        }
        self.end()
    }

    /// A value that is not known.
    fn pass_over(&mut self, depth: u8) -> Result<(), StatusListError> {
        let depth = depth.checked_sub(1).ok_or(StatusListError)?;
        let before = self.0;
        let (major, value) = self.head()?;
        match major {
            2 | 3 => {
                self.0 = before;
                self.string(major).map(drop)
            }
            4 | 5 if value <= MEMBERS_MAX => {
                (0..value * u64::from(major - 3)).try_for_each(|_| self.pass_over(depth))
            }
            4 | 5 => Err(StatusListError),
            6 => self.pass_over(depth),
            _ => Ok(()),
        }
    }

    fn end(self) -> Result<(), StatusListError> {
        if self.0.is_empty() { Ok(()) } else { Err(StatusListError) }
    }
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn head(&mut self, major: u8, value: u64) -> &mut Self {
        let major = major << 5;
        let bytes = value.to_be_bytes();
        match value {
            0..=23 => self.0.push(major | bytes[7]),
            24..=0xff => self.0.extend([major | 0x18, bytes[7]]),
            0x100..=0xffff => {
                self.0.push(major | 0x19);
                self.0.extend_from_slice(&bytes[6..]);
            }
            0x1_0000..=0xffff_ffff => {
                self.0.push(major | 0x1a);
                self.0.extend_from_slice(&bytes[4..]);
            }
            _ => {
                self.0.push(major | 0x1b);
                self.0.extend_from_slice(&bytes);
            }
        }
        self
    }

    fn unsigned(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    fn signed(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(value) => self.head(0, value),
            Err(_) => self.head(1, value.unsigned_abs() - 1),
        }
    }

    fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(2, value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn text(&mut self, value: &str) -> &mut Self {
        self.head(3, value.len() as u64);
        self.0.extend_from_slice(value.as_bytes());
        self
    }

    fn array(&mut self, length: u64) -> &mut Self {
        self.head(4, length)
    }

    fn map(&mut self, length: u64) -> &mut Self {
        self.head(5, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::hex;

    /// RFC 8949, appendix A.
    #[test]
    fn numbers_are_written_as_the_rfc_s_examples() {
        for (value, expected) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (100, "1864"),
            (1000, "1903e8"),
            (1_000_000, "1a000f4240"),
            (1_000_000_000_000, "1b000000e8d4a51000"),
            (-1, "20"),
            (-10, "29"),
            (-100, "3863"),
            (-1000, "3903e7"),
        ] {
            let mut writer = Writer::default();
            writer.signed(value);
            assert_eq!(hex(&writer.0), expected, "{value}");
        }
    }

    /// The draft's example of a Status List Token in CWT format (§5.2) has these parts, in another order of members.
    #[test]
    fn the_parts_are_those_of_the_draft_s_example() {
        let unsigned = Unsigned::new(&claims(), "12").unwrap();
        let protected = hex(&unsigned.protected);
        // 16: "application/statuslist+cwt", 1: -7, 4: h'3132'.
        for part in
            ["10781a6170706c69636174696f6e2f7374617475736c6973742b637774", "0126", "04423132"]
        {
            assert!(protected.contains(part), "{part} in {protected}");
        }
        let payload = hex(&unsigned.payload);
        for part in [
            "02782168747470733a2f2f6578616d706c652e636f6d2f7374617475736c697374732f31",
            "061a648c5bea",
            "041a8898dfea",
            "19fffe19a8c0",
            "19fffda2636c73744a78dadbb918000217015d646269747301",
        ] {
            assert!(payload.contains(part), "{part} in {payload}");
        }
        let joined = unsigned.joined(&[7; 64]);
        assert_eq!((joined[0], joined[1]), (0xd2, 0x84));
        assert!(hex(&joined).ends_with(&format!("5840{}", "07".repeat(64))));
        assert!(hex(&unsigned.signed()).starts_with("846a5369676e617475726531"));
    }

    #[test]
    fn a_list_reads_back_and_only_whole() {
        let claims = claims();
        let unsigned = Unsigned::new(&claims, "12").unwrap();
        let written = unsigned.joined(&[7; 64]);
        let expected = Read {
            kid: "12".to_owned(),
            claims: StatusListClaims { version: 0, ..claims },
            signed: unsigned.signed(),
            signature: vec![7; 64],
        };
        assert_eq!(read(&written), Ok(expected.clone()));
        for cut in 0..written.len() {
            assert_eq!(read(&written[..cut]), Err(StatusListError), "{cut}");
        }
        assert!(read(&[written.as_slice(), &[0]].concat()).is_err());
        assert!(read(&unsigned.joined(&[7; 63])).is_err());
        // What is altered is refused, or is not what was signed.
        for at in 0..written.len() {
            let mut bent = written.clone();
            bent[at] ^= 1;
            let same = |it: &Read| it.signed == expected.signed && it.signature == [7; 64];
            assert!(!read(&bent).is_ok_and(|it| same(&it)), "{at}");
        }
    }

    #[test]
    fn unknown_members_are_passed_over_and_doubled_ones_refused() {
        let payload = |more: &dyn Fn(&mut Writer), count: u64| {
            let mut it = Writer::default();
            it.map(5 + count).unsigned(ISSUER).text("i").unsigned(SUBJECT).text("s");
            it.unsigned(EXPIRES).signed(2).unsigned(ISSUED).signed(1);
            it.unsigned(STATUS_LIST).map(2).text("bits").unsigned(1).text("lst").bytes(&[1]);
            more(&mut it);
            let protected = Unsigned::new(&claims(), "k").unwrap().protected;
            read(&Unsigned { protected, payload: it.0 }.joined(&[7; 64]))
        };
        let ttl = |it: &mut Writer| {
            it.unsigned(TTL).signed(-5);
        };
        assert_eq!(payload(&ttl, 1).map(|it| it.claims.ttl), Ok(-5));
        assert!(payload(&|_| {}, 0).is_err(), "no ttl");
        let twice = |it: &mut Writer| [(); 2].into_iter().for_each(|()| ttl(it));
        assert!(payload(&twice, 2).is_err());
        let unknown = |it: &mut Writer| {
            ttl(it);
            it.unsigned(9).array(2).text("x").map(1).bytes(&[1]).signed(-1);
        };
        assert!(payload(&unknown, 2).is_ok());
        let deep = |it: &mut Writer| {
            ttl(it);
            it.unsigned(9);
            for _ in 0..9 {
                it.array(1);
            }
            it.unsigned(1);
        };
        assert!(payload(&deep, 2).is_err());
        // Five written in two bytes.
        let long = |it: &mut Writer| it.unsigned(TTL).0.extend([0x18, 5]);
        assert!(payload(&long, 1).is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_reading_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), ours in proptest::prelude::any::<bool>()) {
            let ours = if ours { Unsigned::new(&claims(), "12").unwrap().joined(&[7; 64]) } else { Vec::new() };
            let mut text = ours;
            for (place, byte) in bytes.iter().enumerate().take(text.len()) {
                text[place] ^= byte & 0x21;
            }
            let _ = read(&text);
            let _ = read(&bytes);
        }
    }

    fn claims() -> StatusListClaims {
        StatusListClaims {
            iss: "https://example.com".to_owned(),
            sub: "https://example.com/statuslists/1".to_owned(),
            iat: 1_686_920_170,
            exp: 2_291_720_170,
            ttl: 43_200,
            version: 1,
            status_list: PackedList { bits: 1, lst: "eNrbuRgAAhcBXQ".to_owned() },
        }
    }
}
