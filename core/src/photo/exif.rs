//! The camera's orientation from EXIF.

/// TIFF's types of one byte, two and four (TIFF 6.0 §2).
const BYTE: u16 = 1;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const ORIENTATION: u16 = 0x0112;

/// `Orientation`, 1 to 8 (EXIF 2.32 §4.6.4); `None` if it is missing. The standard says SHORT, but some
/// writers use LONG or BYTE.
pub fn orientation(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.first_chunk::<4>()? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = *tiff.get(at..)?.first_chunk::<2>()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| -> Option<u32> {
        let bytes = *tiff.get(at..)?.first_chunk::<4>()?;
        Some(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    let entry = (0..entries)
        .map_while(|it| directory.checked_add(2 + 12 * it))
        .find(|it| short(*it) == Some(ORIENTATION))?;
    let value = match short(entry + 2)? {
        BYTE => u32::from(*tiff.get(entry + 8)?),
        SHORT => u32::from(short(entry + 8)?),
        LONG => long(entry + 8)?,
        _ => return None,
    };
    u8::try_from(value).ok().filter(|it| (1..=8).contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orientation_is_read_whatever_integer_it_is_written_as() {
        for (kind, value) in [(3, [0, 6, 0, 0]), (4, [0, 0, 0, 6]), (1, [6, 0, 0, 0])] {
            assert_eq!(orientation(&exif(*b"MM", kind, value)), Some(6), "{kind}");
        }
        for (kind, value) in [(3, [6, 0, 0, 0]), (4, [6, 0, 0, 0]), (1, [6, 0, 0, 0])] {
            assert_eq!(orientation(&exif(*b"II", kind, value)), Some(6), "{kind}");
        }
        assert_eq!(orientation(&exif(*b"MM", 3, [0, 9, 0, 0])), None);
        assert_eq!(orientation(&exif(*b"MM", 2, [0, 6, 0, 0])), None);
        let whole = exif(*b"MM", 4, [0, 0, 0, 6]);
        assert!((0..whole.len()).all(|it| orientation(&whole[..it]).is_none()));
    }

    fn exif(order: [u8; 2], kind: u8, value: [u8; 4]) -> Vec<u8> {
        let big = order == *b"MM";
        let short = |it: u16| if big { it.to_be_bytes() } else { it.to_le_bytes() };
        let long = |it: u32| if big { it.to_be_bytes() } else { it.to_le_bytes() };
        let mut bytes = order.to_vec();
        bytes.extend(short(42));
        bytes.extend(long(8));
        bytes.extend(short(1));
        bytes.extend(short(ORIENTATION));
        bytes.extend(short(kind.into()));
        bytes.extend(long(1));
        bytes.extend(value);
        bytes
    }
}
