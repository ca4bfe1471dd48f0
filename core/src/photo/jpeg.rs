//! Checks of a JPEG without decoding it: its size, its end, and whether it is complete (ITU-T T.81).
//!
//! Decoders silently fill missing data with grey, and many read markers beyond the image's end. So the
//! entropy-coded data are counted here, block by block, without decoding pixels.

use std::iter;

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
const HUFFMAN_TABLES: u8 = 0xc4;
const RESTART_INTERVAL: u8 = 0xdd;
/// Coefficients in a block.
const COEFFICIENTS: u8 = 64;
/// The most scans of a progressive image; each costs a pass over all blocks. Encoders make about ten.
const SCANS_MAX: usize = 100;
/// The most blocks counted: four components of 16 megapixels.
const BLOCKS_MAX: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JpegError {
    #[error("the data does not begin like a JPEG")]
    NotAJpeg,
    #[error("the JPEG is truncated or damaged")]
    Broken,
}

/// Width and height in pixels, from the first frame header only (T.81 §B.2.2).
pub fn sides(bytes: &[u8]) -> Result<(u32, u32), JpegError> {
    let mut segments = Segments::begin(bytes)?;
    loop {
        let (marker, body) = segments.next()?;
        match marker {
            END_OF_IMAGE | START_OF_SCAN => return Err(JpegError::Broken),
            _ if is_frame(marker) => return Frame::read(marker, body).map(|it| it.sides()),
            _ => {}
        }
    }
}

/// The image at the start of the data, up to its "end of image" (T.81 §B.1.1.2), without what follows, such as the
/// video of a motion photo. Broken if a block is missing.
///
/// Counts the Huffman-coded blocks of baseline, extended and progressive images; for other kinds, which no decoder
/// here supports, only finds the end.
pub fn whole(bytes: &[u8]) -> Result<&[u8], JpegError> {
    let mut segments = Segments::begin(bytes)?;
    let mut tables = Tables::default();
    let mut restart_every = 0;
    let mut frame: Option<Frame> = None;
    let mut scans = 0;
    loop {
        let (marker, body) = segments.next()?;
        match marker {
            END_OF_IMAGE => {
                let whole = frame.is_some_and(|it| scans > 0 && it.is_covered());
                let end = bytes.len() - segments.rest.len();
                return bytes.get(..end).filter(|_| whole).ok_or(JpegError::Broken);
            }
            HUFFMAN_TABLES => tables.read(body)?,
            RESTART_INTERVAL => {
                let &[high, low] = body else { return Err(JpegError::Broken) };
                restart_every = usize::from(u16::from_be_bytes([high, low]));
            }
            START_OF_SCAN => {
                scans += 1;
                let frame = frame.as_mut().filter(|_| scans <= SCANS_MAX);
                let frame = frame.ok_or(JpegError::Broken)?;
                if frame.is_counted() {
                    let scan = Scan::read(frame, body)?;
                    frame.count(&scan, &tables, restart_every, &mut segments.rest)?;
                } else {
                    frame.components.iter_mut().for_each(|it| it.owed = 0);
                }
                segments.skip_scan();
            }
            _ if is_frame(marker) => {
                if frame.is_some() {
                    return Err(JpegError::Broken);
                }
                let mut read = Frame::read(marker, body)?;
                if read.is_counted() {
                    read.make_room()?;
                }
                frame = Some(read);
            }
            _ => {}
        }
    }
}

/// T.81 table B.1: `SOF0` to `SOF15` but for `DHT`, `JPG` and `DAC`.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, HUFFMAN_TABLES | 0xc8 | 0xcc)
}

struct Segments<'a> {
    rest: &'a [u8],
}

impl<'a> Segments<'a> {
    fn begin(bytes: &'a [u8]) -> Result<Self, JpegError> {
        let rest = bytes.strip_prefix(&[0xff, START_OF_IMAGE]).ok_or(JpegError::NotAJpeg)?;
        Ok(Self { rest })
    }

    /// The next marker and its segment, without the length.
    fn next(&mut self) -> Result<(u8, &'a [u8]), JpegError> {
        // Some encoders leave bytes between segments; decoders skip them.
        let start = self.rest.iter().position(|it| *it == 0xff).ok_or(JpegError::Broken)?;
        let fill = self.rest.iter().skip(start).take_while(|it| **it == 0xff).count();
        let at = start + fill;
        let &marker = self.rest.get(at).ok_or(JpegError::Broken)?;
        self.rest = &self.rest[at + 1..];
        // Without a body: stuffing, TEM, RSTn, SOI, EOI.
        if matches!(marker, 0x00 | 0x01 | 0xd0..=END_OF_IMAGE) {
            return Ok((marker, &[]));
        }
        let (length, _) = self.rest.split_first_chunk::<2>().ok_or(JpegError::Broken)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (body, rest) = self.rest.split_at_checked(length).ok_or(JpegError::Broken)?;
        self.rest = rest;
        Ok((marker, body.get(2..).ok_or(JpegError::Broken)?))
    }

    /// To the first marker that ends a scan's data.
    fn skip_scan(&mut self) {
        let ends = |it: &[u8]| it[0] == 0xff && !matches!(it[1], 0x00 | 0xd0..=0xd7 | 0xff);
        let end = self.rest.windows(2).position(ends).unwrap_or(self.rest.len());
        self.rest = &self.rest[end..];
    }
}

struct Frame {
    marker: u8,
    width: u32,
    height: u32,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    /// Blocks of it in a unit of an interleaved scan, across and down.
    across: usize,
    down: usize,
    /// Its coefficients, a bit each, whose last bit no scan has delivered yet: a progressive image truncated
    /// between two scans is coarse without any other sign of it.
    owed: u64,
    /// Progressive only: for each block, which coefficients are known not to be 0.
    known: Vec<u64>,
}

impl Frame {
    fn read(marker: u8, body: &[u8]) -> Result<Self, JpegError> {
        let broken = JpegError::Broken;
        let &[_, h0, h1, w0, w1, count, ref parts @ ..] = body else { return Err(broken) };
        let (height, width) = (u16::from_be_bytes([h0, h1]), u16::from_be_bytes([w0, w1]));
        let (parts, rest) = parts.as_chunks::<3>();
        let fits = parts.len() == usize::from(count) && rest.is_empty();
        let component = |&[id, sampling, _]: &[u8; 3]| {
            let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
            let fits = (1..=4).contains(&across) && (1..=4).contains(&down);
            fits.then(|| Component { id, across, down, owed: u64::MAX, known: Vec::new() })
        };
        let components: Option<Vec<Component>> = parts.iter().map(component).collect();
        let components = components.filter(|it| fits && (1..=4).contains(&it.len()));
        // A height of 0 is given after the scan (§B.2.5), which no decoder here supports.
        let components = components.filter(|_| width > 0 && height > 0).ok_or(broken)?;
        Ok(Self { marker, width: u32::from(width), height: u32::from(height), components })
    }

    fn sides(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// Baseline, extended, progressive, by Huffman codes.
    fn is_counted(&self) -> bool {
        matches!(self.marker, 0xc0..=0xc2)
    }

    fn is_progressive(&self) -> bool {
        self.marker == 0xc2
    }

    fn is_covered(&self) -> bool {
        self.components.iter().all(|it| it.owed == 0)
    }

    fn make_room(&mut self) -> Result<(), JpegError> {
        let blocks: Vec<usize> = (0..self.components.len())
            .map(|it| {
                let (across, down) = self.stride(it);
                across * down
            })
            .collect();
        if blocks.iter().sum::<usize>() > BLOCKS_MAX {
            return Err(JpegError::Broken);
        }
        if self.is_progressive() {
            for (component, blocks) in self.components.iter_mut().zip(blocks) {
                component.known = vec![0; blocks];
            }
        }
        Ok(())
    }

    /// Units of an interleaved scan, across and down.
    fn units(&self) -> (usize, usize) {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        let (width, height) = (self.width as usize, self.height as usize);
        (width.div_ceil(8 * most(|it| it.across)), height.div_ceil(8 * most(|it| it.down)))
    }

    /// Blocks of a component in whole units, across and down.
    fn stride(&self, component: usize) -> (usize, usize) {
        let ((across, down), it) = (self.units(), &self.components[component]);
        (across * it.across, down * it.down)
    }

    /// Blocks of a component in a scan of its own, across and down (§A.2.2).
    fn alone(&self, component: usize) -> (usize, usize) {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max().unwrap_or(1);
        let it = &self.components[component];
        let blocks =
            |side: u32, of: usize, most: usize| (side as usize * of).div_ceil(most).div_ceil(8);
        (
            blocks(self.width, it.across, most(|it| it.across)),
            blocks(self.height, it.down, most(|it| it.down)),
        )
    }

    /// Passes over the scan's blocks; leaves `rest` at its last bit.
    fn count<'a>(
        &mut self,
        scan: &Scan,
        tables: &Tables,
        restart_every: usize,
        rest: &mut &'a [u8],
    ) -> Result<(), JpegError> {
        let mut bits: Bits<'a> = Bits::of(rest);
        let mut run = 0;
        // A scan of one component has no blocks wholly outside the image.
        let alone = match scan.parts.as_slice() {
            [only] => Some(self.alone(only.component)),
            _ => None,
        };
        let (across, down) = alone.unwrap_or_else(|| self.units());
        for unit in 0..across * down {
            if restart_every > 0 && unit > 0 && unit.is_multiple_of(restart_every) {
                bits.restart()?;
                run = 0;
            }
            let (column, row) = (unit % across, unit / across);
            for part in &scan.parts {
                let it = &self.components[part.component];
                let (wide, high) = if alone.is_some() { (1, 1) } else { (it.across, it.down) };
                let (stride, _) = self.stride(part.component);
                for at in 0..wide * high {
                    let (x, y) = (column * wide + at % wide, row * high + at / wide);
                    self.block(scan, part, y * stride + x, tables, &mut bits, &mut run)?;
                }
            }
        }
        if scan.completes {
            for part in &scan.parts {
                let brought = (scan.first..=scan.last).fold(0, |all, it| all | 1_u64 << it);
                self.components[part.component].owed &= !brought;
            }
        }
        *rest = bits.rest;
        Ok(())
    }

    fn block(
        &mut self,
        scan: &Scan,
        part: &Part,
        block: usize,
        tables: &Tables,
        bits: &mut Bits<'_>,
        run: &mut u32,
    ) -> Result<(), JpegError> {
        let means = tables.means[part.means].as_ref();
        let waves = tables.waves[part.waves].as_ref();
        if !self.is_progressive() {
            mean(means, bits)?;
            return sequential(waves, bits);
        }
        let known = self.components[part.component].known.get_mut(block);
        let known = known.ok_or(JpegError::Broken)?;
        match (scan.first == 0, scan.refines) {
            (true, false) => mean(means, bits),
            (true, true) => bits.skip(1),
            (false, false) => first_waves(scan, waves, known, bits, run),
            (false, true) => refined_waves(scan, waves, known, bits, run),
        }
    }
}

/// §F.2.2.1.
fn mean(table: Option<&Table>, bits: &mut Bits<'_>) -> Result<(), JpegError> {
    let length = bits.code(table)?;
    bits.skip(length.min(16))
}

/// §F.2.2.2.
fn sequential(table: Option<&Table>, bits: &mut Bits<'_>) -> Result<(), JpegError> {
    let mut at = 1;
    while at < COEFFICIENTS {
        let code = bits.code(table)?;
        let (zeros, length) = (code >> 4, code & 15);
        match (zeros, length) {
            (15, 0) => at += 16,
            (_, 0) => break,
            _ => {
                at += zeros + 1;
                bits.skip(length)?;
            }
        }
    }
    if at > COEFFICIENTS { Err(JpegError::Broken) } else { Ok(()) }
}

/// §G.1.2.2.
fn first_waves(
    scan: &Scan,
    table: Option<&Table>,
    known: &mut u64,
    bits: &mut Bits<'_>,
    run: &mut u32,
) -> Result<(), JpegError> {
    if *run > 0 {
        *run -= 1;
        return Ok(());
    }
    let mut at = scan.first;
    while at <= scan.last {
        let code = bits.code(table)?;
        let (zeros, length) = (code >> 4, code & 15);
        match (zeros, length) {
            (15, 0) => at += 16,
            (_, 0) => {
                *run = (1 << zeros) - 1 + bits.take(zeros)?;
                break;
            }
            _ => {
                at += zeros;
                if at > scan.last {
                    return Err(JpegError::Broken);
                }
                *known |= 1 << at;
                bits.skip(length)?;
                at += 1;
            }
        }
    }
    Ok(())
}

/// §G.1.2.3.
fn refined_waves(
    scan: &Scan,
    table: Option<&Table>,
    known: &mut u64,
    bits: &mut Bits<'_>,
    run: &mut u32,
) -> Result<(), JpegError> {
    let mut at = scan.first;
    if *run == 0 {
        while at <= scan.last {
            let code = bits.code(table)?;
            let (mut zeros, length) = (code >> 4, code & 15);
            if length == 0 && zeros < 15 {
                *run = (1 << zeros) + bits.take(zeros)?;
                break;
            }
            if length > 0 {
                bits.skip(1)?;
            }
            // A bit for each one that is known already, on the way to the new one.
            while at <= scan.last {
                if *known >> at & 1 == 1 {
                    bits.skip(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if length > 0 {
                if at > scan.last {
                    return Err(JpegError::Broken);
                }
                *known |= 1 << at;
            }
            at += 1;
        }
    }
    if *run > 0 {
        for at in at..=scan.last {
            if *known >> at & 1 == 1 {
                bits.skip(1)?;
            }
        }
        *run -= 1;
    }
    Ok(())
}

struct Scan {
    parts: Vec<Part>,
    /// Of the coefficients, both included; a sequential scan has them all.
    first: u8,
    last: u8,
    refines: bool,
    /// Whether it delivers their last bit (Al = 0).
    completes: bool,
}

struct Part {
    /// Index of the frame's component, and of its tables.
    component: usize,
    means: usize,
    waves: usize,
}

impl Scan {
    /// §B.2.3.
    fn read(frame: &Frame, body: &[u8]) -> Result<Self, JpegError> {
        let broken = JpegError::Broken;
        let (&count, rest) = body.split_first().ok_or(broken)?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count)).ok_or(broken)?;
        let &[first, last, successive] = rest else { return Err(broken) };
        let part = |&[id, tables]: &[u8; 2]| {
            let component = frame.components.iter().position(|it| it.id == id)?;
            let (means, waves) = (usize::from(tables >> 4), usize::from(tables & 15));
            (means < 4 && waves < 4).then_some(Part { component, means, waves })
        };
        let parts: Option<Vec<Part>> = parts.as_chunks::<2>().0.iter().map(part).collect();
        let parts = parts.filter(|it| !it.is_empty()).ok_or(broken)?;
        if !frame.is_progressive() {
            let last = COEFFICIENTS - 1;
            return Ok(Self { parts, first: 0, last, refines: false, completes: true });
        }
        let (high, low) = (successive >> 4, successive & 15);
        let (refines, completes) = (high > 0, low == 0);
        let fits = first <= last
            && last < COEFFICIENTS
            && ((first == 0) == (last == 0))
            && (first == 0 || parts.len() == 1);
        if fits { Ok(Self { parts, first, last, refines, completes }) } else { Err(broken) }
    }
}

/// Those of mean values (DC) and of waves (AC).
#[derive(Default)]
struct Tables {
    means: [Option<Table>; 4],
    waves: [Option<Table>; 4],
}

impl Tables {
    /// §B.2.4.2.
    fn read(&mut self, mut body: &[u8]) -> Result<(), JpegError> {
        let broken = JpegError::Broken;
        while let Some((&name, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(broken)?;
            let length = counts.iter().map(|it| usize::from(*it)).sum();
            let (values, rest) = rest.split_at_checked(length).ok_or(broken)?;
            let place = usize::from(name & 15);
            let tables = if name >> 4 == 0 { &mut self.means } else { &mut self.waves };
            *tables.get_mut(place).ok_or(broken)? = Some(Table::new(*counts, values));
            body = rest;
        }
        Ok(())
    }
}

/// Codes of up to this many bits are looked up at once.
const QUICK: u8 = 8;

struct Table {
    /// By the next [`QUICK`] bits: a code's length and value; a length of 0 if the code is longer.
    quick: Vec<(u8, u8)>,
    /// By length: the first code too great for it, and the offset from code to index of the value.
    ends: [(i32, i32); 16],
    values: Vec<u8>,
}

impl Table {
    /// §C.2, §F.2.2.3.
    fn new(counts: [u8; 16], values: &[u8]) -> Self {
        let mut quick = vec![(0, 0); 1 << QUICK];
        let mut ends = [(0, 0); 16];
        let (mut code, mut index) = (0_i32, 0_i32);
        for ((length, count), end) in (1_u8..).zip(counts).zip(&mut ends) {
            let first = code;
            for step in 0..i32::from(count) {
                let value = usize::try_from(index + step).ok().and_then(|it| values.get(it));
                if let (Some(value), Some(open)) = (value, QUICK.checked_sub(length)) {
                    let from = usize::try_from((first + step) << open).unwrap_or(usize::MAX);
                    for it in quick.iter_mut().skip(from).take(1 << open) {
                        *it = (length, *value);
                    }
                }
            }
            *end = (first + i32::from(count), index - first);
            index += i32::from(count);
            code = (first + i32::from(count)) << 1;
        }
        Self { quick, ends, values: values.to_vec() }
    }
}

/// Bits of a scan, up to its next marker.
struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, left-aligned; `count` of them are valid.
    next: u64,
    count: u8,
}

impl<'a> Bits<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest, next: 0, count: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 48 {
            let (byte, rest) = match *self.rest {
                [0xff, 0x00, ref rest @ ..] => (0xff, rest),
                [byte, ref rest @ ..] if byte != 0xff => (byte, rest),
                _ => return,
            };
            self.next |= u64::from(byte) << (56 - self.count);
            self.count += 8;
            self.rest = rest;
        }
    }

    /// At most 16.
    fn skip(&mut self, bits: u8) -> Result<(), JpegError> {
        if self.count < bits {
            self.fill();
        }
        self.count = self.count.checked_sub(bits).ok_or(JpegError::Broken)?;
        self.next <<= bits;
        Ok(())
    }

    /// At most 16.
    fn take(&mut self, bits: u8) -> Result<u32, JpegError> {
        if self.count < bits {
            self.fill();
        }
        let value = if bits == 0 { 0 } else { self.next >> (64 - bits) };
        self.skip(bits)?;
        u32::try_from(value).map_err(|_| JpegError::Broken)
    }

    fn code(&mut self, table: Option<&Table>) -> Result<u8, JpegError> {
        let table = table.ok_or(JpegError::Broken)?;
        if self.count < 16 {
            self.fill();
        }
        let quick = usize::try_from(self.next >> (64 - QUICK)).unwrap_or_default();
        let (length, value) = table.quick.get(quick).copied().unwrap_or_default();
        if length > 0 {
            self.skip(length)?;
            return Ok(value);
        }
        for (length, (end, beyond)) in iter::zip(1_u8.., table.ends).skip(usize::from(QUICK)) {
            let code = i32::try_from(self.next >> (64 - length)).unwrap_or(i32::MAX);
            if code < end {
                self.skip(length)?;
                let index = usize::try_from(code + beyond).ok();
                return index.and_then(|it| table.values.get(it)).copied().ok_or(JpegError::Broken);
            }
        }
        Err(JpegError::Broken)
    }

    /// Skips past the next restart marker (§F.2.2.5).
    fn restart(&mut self) -> Result<(), JpegError> {
        let ends = |it: &[u8]| it[0] == 0xff && !matches!(it[1], 0x00 | 0xff);
        let at = self.rest.windows(2).position(ends).ok_or(JpegError::Broken)?;
        let rest = self.rest;
        match rest[at..] {
            [_, 0xd0..=0xd7, ref rest @ ..] => {
                *self = Self::of(rest);
                Ok(())
            }
            _ => Err(JpegError::Broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 × 1 pixel, grey: one block whose mean and waves are one bit each.
    const SMALLEST: &[u8] = b"\xff\xd8\
        \xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\
        \xff\xc4\x00\x14\x00\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x00\
        \xff\xc4\x00\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x00\
        \xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\
        \x3f\
        \xff\xd9";

    #[test]
    fn a_picture_ends_at_its_end_of_image_whatever_lies_behind_it() {
        assert_eq!(sides(SMALLEST), Ok((1, 1)));
        assert_eq!(whole(SMALLEST), Ok(SMALLEST));
        for behind in [&b"\xff\xda"[..], b"ftypmp42\xff\xda\x00\xff\xd9", b"\xff\xd8\xff", &[0; 9]]
        {
            let motion = [SMALLEST, behind].concat();
            assert_eq!(whole(&motion), Ok(SMALLEST), "{behind:?}");
        }
    }

    #[test]
    fn a_picture_whose_blocks_are_missing_is_broken_though_it_ends() {
        let end = SMALLEST.len() - 2;
        for cut in 2..end {
            let mut picture = SMALLEST[..cut].to_vec();
            assert_eq!(whole(&picture), Err(JpegError::Broken), "{cut}");
            picture.extend([0xff, END_OF_IMAGE]);
            assert_eq!(whole(&picture), Err(JpegError::Broken), "{cut} and ended");
        }
        // The same bits are too few for two blocks.
        let mut wider = SMALLEST.to_vec();
        wider[10] = 33;
        assert_eq!((sides(&wider), whole(&wider)), (Ok((33, 1)), Err(JpegError::Broken)));
        assert_eq!(whole(b"\x89PNG"), Err(JpegError::NotAJpeg));
    }

    #[test]
    fn restart_markers_stand_where_they_were_announced() {
        // Two blocks with a restart between them.
        let mut picture = SMALLEST.to_vec();
        picture[10] = 16;
        let scan = picture.windows(2).position(|it| it == [0xff, START_OF_SCAN]).unwrap();
        picture.splice(scan..scan, [0xff, RESTART_INTERVAL, 0, 4, 0, 1]);
        let end = picture.len() - 2;
        let mut whole_one = picture.clone();
        whole_one.splice(end..end, [0xff, 0xd0, 0x3f]);
        assert_eq!(whole(&whole_one), Ok(whole_one.as_slice()));
        let mut without = picture;
        without.splice(end..end, [0x3f]);
        assert_eq!(whole(&without), Err(JpegError::Broken));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_fall_over(
            mut bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), keep in 0..90_usize, progressive: bool,
        ) {
            let mut picture = SMALLEST[..keep.min(SMALLEST.len())].to_vec();
            if progressive && picture.len() > 3 {
                picture[3] = 0xc2;
            }
            picture.append(&mut bytes);
            let _ = (sides(&picture), whole(&picture));
        }
    }
}
