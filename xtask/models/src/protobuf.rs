//! Reads and writes protobuf's wire format, as much of it as ONNX files need.

use anyhow::{Context as _, Result, bail};

/// Fields in the order they came; nested messages stay bytes until somebody asks.
#[derive(Clone, Default)]
pub(crate) struct Message(Vec<(u64, Value)>);

#[derive(Clone)]
pub(crate) enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(Vec<u8>),
    Fixed32([u8; 4]),
}

impl Message {
    pub(crate) fn parse(mut from: &[u8]) -> Result<Self> {
        let mut fields = Vec::new();
        while !from.is_empty() {
            let tag = varint(&mut from)?;
            let value = match tag & 7 {
                0 => Value::Varint(varint(&mut from)?),
                1 => Value::Fixed64(taken(&mut from)?),
                2 => {
                    let length = usize::try_from(varint(&mut from)?)?;
                    let (bytes, rest) =
                        from.split_at_checked(length).context("a field is cut short")?;
                    from = rest;
                    Value::Bytes(bytes.to_vec())
                }
                5 => Value::Fixed32(taken(&mut from)?),
                kind => bail!("wire type {kind} is not of protobuf"),
            };
            fields.push((tag >> 3, value));
        }
        Ok(Self(fields))
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, value) in &self.0 {
            let kind = match value {
                Value::Varint(_) => 0,
                Value::Fixed64(_) => 1,
                Value::Bytes(_) => 2,
                Value::Fixed32(_) => 5,
            };
            put_varint(&mut out, number << 3 | kind);
            match value {
                Value::Varint(it) => put_varint(&mut out, *it),
                Value::Fixed64(it) => out.extend_from_slice(it),
                Value::Bytes(it) => {
                    put_varint(&mut out, it.len() as u64);
                    out.extend_from_slice(it);
                }
                Value::Fixed32(it) => out.extend_from_slice(it),
            }
        }
        out
    }

    pub(crate) fn bytes(&self, number: u64) -> impl Iterator<Item = &[u8]> {
        self.all(number).filter_map(|value| match value {
            Value::Bytes(it) => Some(it.as_slice()),
            Value::Varint(_) | Value::Fixed64(_) | Value::Fixed32(_) => None,
        })
    }

    pub(crate) fn text(&self, number: u64) -> Result<String> {
        Ok(self.texts(number)?.pop().unwrap_or_default())
    }

    pub(crate) fn texts(&self, number: u64) -> Result<Vec<String>> {
        self.bytes(number).map(|it| Ok(String::from_utf8(it.to_vec())?)).collect()
    }

    pub(crate) fn messages(&self, number: u64) -> Result<Vec<Self>> {
        self.bytes(number).map(Self::parse).collect()
    }

    /// A repeated integer, packed or not.
    pub(crate) fn integers(&self, number: u64) -> Result<Vec<i64>> {
        let mut found = Vec::new();
        for value in self.all(number) {
            match value {
                Value::Varint(it) => found.push(it.cast_signed()),
                Value::Bytes(packed) => {
                    let mut from = packed.as_slice();
                    while !from.is_empty() {
                        found.push(varint(&mut from)?.cast_signed());
                    }
                }
                Value::Fixed64(_) | Value::Fixed32(_) => bail!("field {number} is not an integer"),
            }
        }
        Ok(found)
    }

    pub(crate) fn push(&mut self, number: u64, value: Value) {
        self.0.push((number, value));
    }

    pub(crate) fn push_text(&mut self, number: u64, text: &str) {
        self.push(number, Value::Bytes(text.as_bytes().to_vec()));
    }

    pub(crate) fn push_message(&mut self, number: u64, message: &Self) {
        self.push(number, Value::Bytes(message.write()));
    }

    /// The new values stand where the field's number puts them.
    pub(crate) fn replace(&mut self, number: u64, values: Vec<Value>) {
        self.0.retain(|(it, _)| *it != number);
        let place = self.0.iter().position(|(it, _)| *it > number).unwrap_or(self.0.len());
        self.0.splice(place..place, values.into_iter().map(|value| (number, value)));
    }

    fn all(&self, number: u64) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |(it, _)| *it == number).map(|(_, value)| value)
    }
}

fn varint(from: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first().context("a number is cut short")?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    bail!("a number is longer than 64 bits")
}

fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

fn taken<const N: usize>(from: &mut &[u8]) -> Result<[u8; N]> {
    let (bytes, rest) = from.split_first_chunk::<N>().context("a field is cut short")?;
    *from = rest;
    Ok(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_parsed_is_written_the_same() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'k', b'z', 0x1d, 0, 0, 0x80, 0x3f];
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.integers(1).unwrap(), [150]);
        assert_eq!(message.text(2).unwrap(), "kz");
        assert_eq!(message.write(), bytes);
    }

    #[test]
    fn a_cut_message_is_refused() {
        assert!(Message::parse(&[0x12, 0x05, b'a']).is_err());
        assert!(Message::parse(&[0x08, 0x80]).is_err());
    }
}
