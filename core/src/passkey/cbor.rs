//! CBOR as authenticators write it, read strictly (CTAP 2.1 §8): lengths known, numbers in their shortest form, four levels
//! at most, no floating point.

use super::PasskeyError;

const DEPTH_MAX: u8 = 4;

/// What is left to be read.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

/// The first byte of an item and the number that belongs to it.
struct Head {
    major: u8,
    value: u64,
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

impl<'a> Reader<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of pairs that follow.
    pub(super) fn map(&mut self) -> Result<u64, PasskeyError> {
        self.of(MAP)
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], PasskeyError> {
        let length = self.of(BYTES)?;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, PasskeyError> {
        let length = self.of(TEXT)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| PasskeyError::Malformed)
    }

    pub(super) fn integer(&mut self) -> Result<i64, PasskeyError> {
        let Head { major, value } = self.head()?;
        let value = i64::try_from(value).map_err(|_| PasskeyError::Malformed)?;
        match major {
            UNSIGNED => Ok(value),
            NEGATIVE => Ok(-1 - value),
            _ => Err(PasskeyError::Malformed),
        }
    }

    /// Passes over a map, whatever is in it.
    pub(super) fn skip_map(&mut self) -> Result<(), PasskeyError> {
        if self.0.first().is_none_or(|it| it >> 5 != MAP) {
            return Err(PasskeyError::Malformed);
        }
        self.skip(DEPTH_MAX)
    }

    fn skip(&mut self, depth: u8) -> Result<(), PasskeyError> {
        let Head { major, value } = self.head()?;
        let items = match major {
            BYTES | TEXT => return self.take(value).map(drop),
            ARRAY => value,
            MAP => value.checked_mul(2).ok_or(PasskeyError::Malformed)?,
            TAG => return Err(PasskeyError::Malformed),
            _ => return Ok(()),
        };
        let depth = depth.checked_sub(1).ok_or(PasskeyError::Malformed)?;
        // Each takes a byte at least, so this ends with what was sent.
        for _ in 0..items {
            self.skip(depth)?;
        }
        Ok(())
    }

    fn of(&mut self, major: u8) -> Result<u64, PasskeyError> {
        let head = self.head()?;
        if head.major == major { Ok(head.value) } else { Err(PasskeyError::Malformed) }
    }

    fn head(&mut self) -> Result<Head, PasskeyError> {
        let [first] = *self.take_array()?;
        let (major, short) = (first >> 5, first & 0x1f);
        if major > TAG {
            // false, true, null and undefined.
            let simple = (20..=23).contains(&short);
            return simple.then_some(Head { major, value: 0 }).ok_or(PasskeyError::Malformed);
        }
        let (value, least) = match short {
            0..=23 => (u64::from(short), 0),
            24 => (u64::from(self.take_array::<1>()?[0]), 24),
            25 => (u64::from(u16::from_be_bytes(*self.take_array()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(*self.take_array()?)), 1 << 16),
            27 => (u64::from_be_bytes(*self.take_array()?), 1 << 32),
            _ => return Err(PasskeyError::Malformed),
        };
        if value < least {
            return Err(PasskeyError::Malformed);
        }
        Ok(Head { major, value })
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], PasskeyError> {
        let length = usize::try_from(length).map_err(|_| PasskeyError::Malformed)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(PasskeyError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn take_array<const N: usize>(&mut self) -> Result<&'a [u8; N], PasskeyError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(PasskeyError::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_authenticators_write_is_read() {
        let read = |bytes: &[u8]| Reader(bytes).integer();
        for (bytes, number) in [
            (&[0x17][..], 23),
            (&[0x18, 24], 24),
            (&[0x26], -7),
            (&[0x39, 0x01, 0x00], -257),
            (&[0x1a, 0, 1, 0, 0], 65_536),
            (&[0x1b, 0, 0, 0, 1, 0, 0, 0, 0], 1 << 32),
        ] {
            assert_eq!(read(bytes), Ok(number));
        }
        assert_eq!(Reader(&[0x62, b'o', b'k']).text(), Ok("ok"));
        assert_eq!(Reader(&[0x41, 7]).bytes(), Ok(&[7_u8][..]));
        // {"a": [true, h'01', {"b": null}]}, and a byte of what follows.
        let bytes = [0xa1, 0x61, b'a', 0x83, 0xf5, 0x41, 1, 0xa1, 0x61, b'b', 0xf6, 0x99];
        let mut reader = Reader(&bytes);
        assert_eq!((reader.skip_map(), reader.0), (Ok(()), &[0x99][..]));
    }

    #[test]
    fn everything_else_is_refused() {
        let wrong: [&[u8]; 16] = [
            &[],
            &[0x18, 23], // longer than it must be
            &[0x19, 0, 255],
            &[0x1a, 0, 0, 255, 255],
            &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
            &[0x1b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x18],                // cut off
            &[0x1c],                // reserved
            &[0x5f, 0x41, 1, 0xff], // of unknown length
            &[0x42, 1],
            &[0x61, 0xff],                               // no UTF-8
            &[0xc0, 0x00],                               // a tag
            &[0xf9, 0, 0],                               // a float
            &[0xa1, 0x01],                               // half a pair
            &[0xa1, 0x01, 0x81, 0x81, 0x81, 0x81, 0x00], // too deep
            &[0xbb, 255, 255, 255, 255, 255, 255, 255, 255],
        ];
        for bytes in wrong {
            assert!(Reader(bytes).integer().is_err(), "{bytes:x?}");
            assert!(Reader(bytes).bytes().is_err(), "{bytes:x?}");
            assert!(Reader(bytes).text().is_err(), "{bytes:x?}");
            assert!(Reader(bytes).skip_map().is_err(), "{bytes:x?}");
        }
    }
}
