//! Serialisation across the component's boundary: one flat buffer each way, versioned, every part with its length.
//!
//! Numbers are little-endian. A text is a `u32` length and that many bytes of UTF-8, a list a `u32` count
//! and its parts, an option a byte (0 or 1) and its part.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};

use super::allowance::{Left, Policy};
use super::decide::{About, Decision, Forward, Refusal, Request};
use crate::Timestamp;
use crate::consent::{ACCOUNTS_MAX, Data, Limits, Unattended};
use crate::exchange::Day;
use crate::problem::Problem;

const VERSION: u8 = 2;
/// The longest text: the node accepts at most 16 KB of headers.
const TEXT_MAX: usize = 64 * 1024;
const LIST_MAX: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("the buffer has another version")]
    Version,
    #[error("the buffer ends too early")]
    Short,
    #[error("the buffer has trailing bytes")]
    Long,
    #[error("a part is too long")]
    Limit,
    #[error("a part has an invalid value")]
    Value,
}

/// The request to the provider and its answer; the body is passed separately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerAbout<'a> {
    /// As sent.
    pub path_and_query: &'a str,
    pub limits: Limits,
    pub status: u16,
    pub content_type: Option<&'a str>,
}

impl<'a> Request<'a> {
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.i64(self.now.timestamp_millis());
        to.flag(self.fresh);
        for text in [self.issuer, self.audience, self.method, self.path, self.query] {
            to.text(text);
        }
        to.option(self.certificate, Writer::text);
        for list in [
            &self.authorization,
            &self.dpop,
            &self.provider,
            &self.purpose,
            &self.auth_date,
            &self.ip_address,
        ] {
            to.list(list.iter(), |to, text| to.text(text));
        }
        to.0
    }

    pub fn decode(buffer: &'a [u8]) -> Result<Self, WireError> {
        let mut from = Reader::new(buffer)?;
        let request = Self {
            now: Timestamp::from_timestamp_millis(from.i64()?).ok_or(WireError::Value)?,
            fresh: from.flag()?,
            issuer: from.text()?,
            audience: from.text()?,
            method: from.text()?,
            path: from.text()?,
            query: from.text()?,
            certificate: from.option(Reader::text)?,
            authorization: from.list(LIST_MAX, Reader::text)?,
            dpop: from.list(LIST_MAX, Reader::text)?,
            provider: from.list(LIST_MAX, Reader::text)?,
            purpose: from.list(LIST_MAX, Reader::text)?,
            auth_date: from.list(LIST_MAX, Reader::text)?,
            ip_address: from.list(LIST_MAX, Reader::text)?,
        };
        from.end().map(|()| request)
    }
}

impl Decision {
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.text(&self.about.route);
        to.option(self.about.consumer, |to, it| to.text(&it.to_string()));
        to.option(self.about.consent, |to, it| to.text(&it.to_string()));
        to.option(self.about.provider, |to, it| to.text(&it.to_string()));
        to.option(self.about.data, |to, it| to.u8(data_bit(it)));
        to.option(self.about.attended, Writer::flag);
        to.list(self.left.iter(), |to, it| to.left(*it));
        match &self.outcome {
            Ok(forward) => {
                to.flag(true);
                to.text(&forward.base_url);
                to.text(&forward.path_and_query);
                to.list(forward.headers.iter(), |to, (name, value)| {
                    to.text(name);
                    to.text(value);
                });
                to.limits(&forward.limits);
            }
            Err(refusal) => {
                to.flag(false);
                to.refusal(refusal);
            }
        }
        to.0
    }

    pub fn decode(buffer: &[u8]) -> Result<Self, WireError> {
        let mut from = Reader::new(buffer)?;
        let about = About {
            route: from.text()?.to_owned(),
            consumer: from.option(Reader::parsed)?,
            consent: from.option(Reader::parsed)?,
            provider: from.option(Reader::parsed)?,
            data: from.option(|from| from.u8().and_then(data_of_bit))?,
            attended: from.option(Reader::flag)?,
        };
        let left = from.list(LIST_MAX, Reader::left)?;
        let outcome = if from.flag()? {
            Ok(Forward {
                base_url: from.text()?.to_owned(),
                path_and_query: from.text()?.to_owned(),
                headers: from.list(LIST_MAX, |from| {
                    Ok((from.text()?.to_owned(), from.text()?.to_owned()))
                })?,
                limits: from.limits()?,
            })
        } else {
            Err(from.refusal()?)
        };
        from.end().map(|()| Self { about, left, outcome })
    }
}

impl<'a> AnswerAbout<'a> {
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.text(self.path_and_query);
        to.limits(&self.limits);
        to.0.extend(self.status.to_le_bytes());
        to.option(self.content_type, Writer::text);
        to.0
    }

    pub fn decode(buffer: &'a [u8]) -> Result<Self, WireError> {
        let mut from = Reader::new(buffer)?;
        let about = Self {
            path_and_query: from.text()?,
            limits: from.limits()?,
            status: from.take().map(u16::from_le_bytes)?,
            content_type: from.option(Reader::text)?,
        };
        from.end().map(|()| about)
    }
}

/// Whether the provider's answer can be passed on.
pub fn encode_verdict(verdict: &Result<(), Refusal>) -> Vec<u8> {
    let mut to = Writer::new();
    to.option(verdict.as_ref().err(), Writer::refusal);
    to.0
}

pub fn decode_verdict(buffer: &[u8]) -> Result<Result<(), Refusal>, WireError> {
    let mut from = Reader::new(buffer)?;
    let refusal = from.option(Reader::refusal)?;
    from.end().map(|()| refusal.map_or(Ok(()), Err))
}

fn data_bit(data: Data) -> u8 {
    match data {
        Data::Accounts => 1,
        Data::Balances => 2,
        Data::Transactions => 4,
    }
}

fn data_of_bit(bit: u8) -> Result<Data, WireError> {
    match bit {
        1 => Ok(Data::Accounts),
        2 => Ok(Data::Balances),
        4 => Ok(Data::Transactions),
        _ => Err(WireError::Value),
    }
}

fn policy_number(policy: Policy) -> u8 {
    match policy {
        Policy::Participant => 0,
        Policy::Application => 1,
        Policy::ApplicationDay => 2,
        Policy::Consent => 3,
        Policy::Unattended => 4,
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn new() -> Self {
        let mut buffer = Vec::with_capacity(2048);
        buffer.push(VERSION);
        Self(buffer)
    }

    fn u8(&mut self, number: u8) {
        self.0.push(number);
    }

    fn flag(&mut self, flag: bool) {
        self.u8(u8::from(flag));
    }

    fn i64(&mut self, number: i64) {
        self.0.extend(number.to_le_bytes());
    }

    /// Saturates: a longer text exceeds every reader's limit anyway.
    fn length(&mut self, length: usize) {
        self.0.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    fn option<T>(&mut self, part: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(part.is_some());
        if let Some(part) = part {
            write(self, part);
        }
    }

    fn list<T>(&mut self, parts: impl ExactSizeIterator<Item = T>, write: impl Fn(&mut Self, T)) {
        self.length(parts.len());
        for part in parts {
            write(self, part);
        }
    }

    fn limits(&mut self, limits: &Limits) {
        self.u8(limits.data.iter().fold(0, |bits, &data| bits | data_bit(data)));
        self.option(limits.accounts.as_ref(), |to, accounts| {
            to.list(accounts.iter(), |to, account| to.text(account));
        });
        self.option(limits.transactions_from, |to, day| {
            to.i64(i64::from(day.0.num_days_from_ce()));
        });
        self.option(limits.unattended, |to, it| {
            to.0.extend(it.reads_a_day.to_le_bytes());
        });
    }

    fn left(&mut self, left: Left) {
        self.u8(policy_number(left.policy));
        for number in [left.limit, left.remaining, left.reset_s] {
            self.0.extend(number.to_le_bytes());
        }
    }

    fn refusal(&mut self, refusal: &Refusal) {
        self.text(refusal.problem.code());
        self.option(refusal.detail.as_deref(), Self::text);
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn new(buffer: &'a [u8]) -> Result<Self, WireError> {
        match buffer.split_first() {
            Some((&VERSION, rest)) => Ok(Self(rest)),
            Some(_) => Err(WireError::Version),
            None => Err(WireError::Short),
        }
    }

    fn end(self) -> Result<(), WireError> {
        if self.0.is_empty() { Ok(()) } else { Err(WireError::Long) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(WireError::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8, WireError> {
        self.take().map(|[byte]| byte)
    }

    fn flag(&mut self) -> Result<bool, WireError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Value),
        }
    }

    fn i64(&mut self) -> Result<i64, WireError> {
        self.take().map(i64::from_le_bytes)
    }

    fn length(&mut self, max: usize) -> Result<usize, WireError> {
        let length = self.take().map(u32::from_le_bytes)?;
        usize::try_from(length).ok().filter(|&it| it <= max).ok_or(WireError::Limit)
    }

    fn text(&mut self) -> Result<&'a str, WireError> {
        let length = self.length(TEXT_MAX)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(WireError::Short)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| WireError::Value)
    }

    fn parsed<T: std::str::FromStr>(&mut self) -> Result<T, WireError> {
        self.text()?.parse().map_err(|_| WireError::Value)
    }

    fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, WireError>,
    ) -> Result<Option<T>, WireError> {
        if self.flag()? { read(self).map(Some) } else { Ok(None) }
    }

    fn list<T>(
        &mut self,
        max: usize,
        read: impl Fn(&mut Self) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        let count = self.length(max)?;
        (0..count).map(|_| read(self)).collect()
    }

    fn limits(&mut self) -> Result<Limits, WireError> {
        let bits = self.u8()?;
        if bits > 7 {
            return Err(WireError::Value);
        }
        let every = [Data::Accounts, Data::Balances, Data::Transactions];
        let data = every.into_iter().filter(|&it| bits & data_bit(it) != 0).collect();
        let accounts =
            self.option(|from| from.list(ACCOUNTS_MAX, |from| from.text().map(str::to_owned)))?;
        let day = |from: &mut Self| {
            let days = i32::try_from(from.i64()?).map_err(|_| WireError::Value)?;
            NaiveDate::from_num_days_from_ce_opt(days).map(Day).ok_or(WireError::Value)
        };
        let transactions_from = self.option(day)?;
        let frequency = |from: &mut Self| {
            from.take().map(|it| Unattended { reads_a_day: u16::from_le_bytes(it) })
        };
        let unattended = self.option(frequency)?;
        let accounts = accounts.map(BTreeSet::from_iter);
        Ok(Limits { data, accounts, transactions_from, unattended })
    }

    fn left(&mut self) -> Result<Left, WireError> {
        let number = self.u8()?;
        let policy = Policy::ALL.into_iter().find(|it| policy_number(*it) == number);
        Ok(Left {
            policy: policy.ok_or(WireError::Value)?,
            limit: self.take().map(u32::from_le_bytes)?,
            remaining: self.take().map(u32::from_le_bytes)?,
            reset_s: self.take().map(u32::from_le_bytes)?,
        })
    }

    fn refusal(&mut self) -> Result<Refusal, WireError> {
        let problem = Problem::by_code(self.text()?).ok_or(WireError::Value)?;
        Ok(Refusal { problem, detail: self.option(Self::text)?.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::id::{Bin, ConsentId};

    proptest! {
        #[test]
        fn nothing_makes_decoding_panic(mut buffer in vec(any::<u8>(), 0..300), ours in any::<bool>()) {
            if let (true, Some(first)) = (ours, buffer.first_mut()) {
                *first = VERSION;
            }
            let _ = Request::decode(&buffer);
            let _ = Decision::decode(&buffer);
            let _ = AnswerAbout::decode(&buffer);
            let _ = decode_verdict(&buffer);
        }

        #[test]
        fn a_request_reads_back_and_only_whole(
            texts in vec(".{0,40}", 5), certificate in option::of(".{0,9}"), fresh in any::<bool>(),
            lists in vec(vec(".{0,30}", 0..3), 6), now in 0i64..9_000_000_000_000, cut in any::<prop::sample::Index>(),
            bent in any::<(prop::sample::Index, u8)>(),
        ) {
            let list = |at: usize| lists[at].iter().map(String::as_str).collect();
            let request = Request {
                now: Timestamp::from_timestamp_millis(now).unwrap(), fresh,
                issuer: &texts[0], audience: &texts[1], method: &texts[2], path: &texts[3], query: &texts[4],
                certificate: certificate.as_deref(), authorization: list(0), dpop: list(1), provider: list(2),
                purpose: list(3), auth_date: list(4), ip_address: list(5),
            };
            let mut buffer = request.encode();
            prop_assert_eq!(Request::decode(&buffer), Ok(request));
            prop_assert!(Request::decode(&buffer[..cut.index(buffer.len())]).is_err());
            buffer.push(0);
            prop_assert_eq!(Request::decode(&buffer).err(), Some(WireError::Long));
            let at = bent.0.index(buffer.len());
            buffer[at] ^= bent.1;
            let _ = Request::decode(&buffer);
        }

        #[test]
        fn a_decision_reads_back(
            consent in option::of(any::<u128>()), attended in option::of(any::<bool>()), route in ".{0,20}", named in any::<[bool; 3]>(),
            base_url in ".{0,20}", headers in vec((".{0,9}", ".{0,20}"), 0..4), limits in limits(),
            problem in option::of((0..Problem::ALL.len(), option::of(".{0,20}"))), numbers in vec(any::<(u32, u32, u32)>(), 0..5),
        ) {
            let bin: Bin = "960440000151".parse().unwrap();
            let about = About {
                route: route.clone(), consumer: named[0].then_some(bin), consent: consent.map(ConsentId),
                provider: named[1].then_some(bin), data: named[2].then_some(Data::Balances), attended,
            };
            let outcome = match problem {
                Some((at, detail)) => Err(Refusal { problem: Problem::ALL[at], detail }),
                None => Ok(Forward { base_url, path_and_query: route, headers, limits }),
            };
            let left = Policy::ALL.into_iter().zip(numbers);
            let left = left.map(|(policy, (limit, remaining, reset_s))| Left { policy, limit, remaining, reset_s }).collect();
            let decision = Decision { about, left, outcome };
            prop_assert_eq!(Decision::decode(&decision.encode()), Ok(decision));
        }

        #[test]
        fn an_answer_and_its_verdict_read_back(
            path in ".{0,40}", limits in limits(), status in any::<u16>(), content_type in option::of(".{0,20}"),
            problem in option::of(0..Problem::ALL.len()),
        ) {
            let about = AnswerAbout { path_and_query: &path, limits, status, content_type: content_type.as_deref() };
            let buffer = about.encode();
            prop_assert_eq!(AnswerAbout::decode(&buffer), Ok(about));
            let verdict = problem.map_or(Ok(()), |at| Err(Problem::ALL[at].into()));
            prop_assert_eq!(decode_verdict(&encode_verdict(&verdict)), Ok(verdict));
        }
    }

    #[test]
    fn another_version_and_endless_lengths_are_refused() {
        assert_eq!(decode_verdict(&[1, 0]), Err(WireError::Version));
        assert_eq!(decode_verdict(&[]), Err(WireError::Short));
        assert_eq!(AnswerAbout::decode(&[2, 255, 255, 255, 255]), Err(WireError::Limit));
    }

    fn limits() -> impl Strategy<Value = Limits> {
        let every = vec![Data::Accounts, Data::Balances, Data::Transactions];
        let data = prop::sample::subsequence(every, 0..=3);
        let accounts = option::of(btree_set("[a-z0-9-]{1,9}", 0..4));
        let unattended = option::of(any::<u16>());
        let parts = (data, accounts, option::of(0i32..900_000), unattended);
        parts.prop_map(|(data, accounts, day, unattended)| Limits {
            data: data.into_iter().collect(),
            accounts,
            transactions_from: day.and_then(NaiveDate::from_num_days_from_ce_opt).map(Day),
            unattended: unattended.map(|reads_a_day| Unattended { reads_a_day }),
        })
    }
}
