//! Sample accounts: the same for the same client on the same day, and a year of transactions behind them.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc, Weekday};
use senim_core::exchange::{
    Account, AccountKind, AccountStatus, Amount, Balance, BalanceKind, Counterparty, Day, Iban,
    Moment, Money, Text, Transaction, TransactionStatus,
};
use senim_core::id::{Bin, Iin};
use sha2::{Digest as _, Sha256};

use crate::cast;
use crate::clock;

const DAYS: u64 = 365;

pub(super) struct Sample {
    pub(super) account: Account,
    pub(super) balances: Vec<Balance>,
    /// Newest first.
    pub(super) transactions: Vec<Transaction>,
}

/// What a bank has of a client. Whoever is not of the cast has a card and a savings account.
pub(super) fn accounts(bank: Bin, client: &Iin, now: DateTime<Utc>) -> Vec<Sample> {
    let qarlygash = bank == cast::QARLYGASH.bin();
    let person = cast::PEOPLE.iter().find(|it| it.iin() == *client).map(|it| it.key);
    let plans: &[Plan] = match (person, qarlygash) {
        (Some("almas"), true) => &[CARD, SAVINGS_USD, DEPOSIT],
        (Some("almas" | "ainur"), false) => &[CURRENT],
        (Some("aigerim" | "daniyar"), true) => &[CARD],
        (Some("aigerim"), false) => &[CURRENT, SAVINGS_USD],
        (Some("daniyar"), false) | (Some("temirlan"), _) => &[],
        (Some(_) | None, _) => &[CARD, SAVINGS_USD],
    };
    plans.iter().filter_map(|plan| sample(plan, bank, client, now)).collect()
}

/// One kind of account and how money moves on it.
struct Plan {
    /// The end of the account's identifier.
    name: &'static str,
    kind: AccountKind,
    currency: &'static str,
    product: &'static str,
    nickname: Option<&'static str>,
    movements: fn(&mut Chance, NaiveDate) -> Vec<Movement>,
    /// In hundredths.
    balance: (i64, i64),
}

const CARD: Plan = Plan {
    name: "card",
    kind: AccountKind::Card,
    currency: "KZT",
    product: "Күнделікті карта",
    nickname: Some("Негізгі"),
    movements: everyday,
    balance: (18_000_000, 42_000_000),
};
const CURRENT: Plan = Plan {
    name: "current",
    kind: AccountKind::Current,
    currency: "KZT",
    product: "Ағымдағы шот",
    nickname: None,
    movements: everyday,
    balance: (9_000_000, 26_000_000),
};
const SAVINGS_USD: Plan = Plan {
    name: "usd",
    kind: AccountKind::Savings,
    currency: "USD",
    product: "Жинақ",
    nickname: None,
    movements: saving,
    balance: (120_000, 640_000),
};
const DEPOSIT: Plan = Plan {
    name: "deposit",
    kind: AccountKind::Deposit,
    currency: "KZT",
    product: "«Болашақ» депозиті",
    nickname: None,
    movements: interest,
    balance: (240_000_000, 380_000_000),
};

struct Movement {
    hundredths: i64,
    description: &'static str,
    counterparty: &'static str,
    category: Option<&'static str>,
    /// Minutes after midnight in Kazakhstan.
    minute: i64,
}

/// Name, sort of expense, merchant category (ISO 18245), from, to in tenge.
const SHOPS: [(&str, &str, &str, i64, i64); 12] = [
    ("Aport Market", "Азық-түлік", "5411", 2_400, 24_000),
    ("Дастархан", "Азық-түлік", "5411", 900, 9_500),
    ("Көк базар", "Азық-түлік", "5499", 1_500, 14_000),
    ("Alatau Coffee", "Кофехана", "5814", 900, 3_800),
    ("Арай асханасы", "Асхана", "5812", 2_200, 12_000),
    ("Tulpar Taxi", "Такси", "4121", 700, 4_200),
    ("Qala Metro", "Қоғамдық көлік", "4111", 120, 480),
    ("Sary Arqa Oil", "Жанармай", "5541", 6_000, 19_000),
    ("Дәрі-дәрмек 24", "Дәріхана", "5912", 1_100, 16_000),
    ("Meloman кітап", "Кітаптар", "5942", 2_500, 18_000),
    ("Kino Arman", "Кино", "7832", 2_000, 7_000),
    ("Ай-Сән", "Киім", "5651", 8_000, 62_000),
];

fn everyday(chance: &mut Chance, day: NaiveDate) -> Vec<Movement> {
    let mut done = Vec::new();
    match day.day() {
        1 => done.push(bill(-14_500_000, "Пәтер жалдау", "А. Жұмабек", 9 * 60)),
        5 => {
            let price = -(780_000 + chance.below(620_000));
            done.push(bill(price, "Коммуналдық төлемдер", "Qala Qyzmet", 10 * 60 + 12));
        }
        10 => done.push(bill(21_500_000, "Аванс", "Tau Logistics", 11 * 60)),
        12 => done.push(bill(-399_000, "Ұялы байланыс", "Dala Mobile", 12 * 60 + 3)),
        25 => done.push(bill(28_400_000, "Жалақы", "Tau Logistics", 11 * 60)),
        _ => {}
    }
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let purchases = chance.below(if weekend { 4 } else { 3 });
    for number in 0..purchases {
        let index = usize::try_from(chance.below(12)).unwrap_or_default();
        let (name, description, category, from, to) = SHOPS[index];
        // Shops price in steps of ten tenge.
        let price = (from + chance.below(to - from)) / 10 * 1_000;
        let minute = 8 * 60 + number * 240 + chance.below(220);
        done.push(Movement {
            hundredths: -price,
            description,
            counterparty: name,
            category: Some(category),
            minute,
        });
    }
    done
}

fn saving(chance: &mut Chance, day: NaiveDate) -> Vec<Movement> {
    let mut done = Vec::new();
    if day.day() == 26 {
        done.push(bill(
            5_000 + chance.below(30) * 1_000,
            "Жинаққа аудару",
            "Өз шотынан",
            18 * 60 + 20,
        ));
    }
    if day.day() == 17 && day.month().is_multiple_of(4) {
        done.push(bill(-(8_000 + chance.below(22_000)), "Авиабилеттер", "Qyran Air", 20 * 60 + 41));
    }
    done
}

fn interest(_: &mut Chance, day: NaiveDate) -> Vec<Movement> {
    if day.day() == 28 {
        return vec![bill(3_240_000, "Сыйақы", "Банк", 6 * 60)];
    }
    if day.day() == 3 {
        return vec![bill(5_000_000, "Депозитті толықтыру", "Өз шотынан", 19 * 60)];
    }
    Vec::new()
}

fn bill(
    hundredths: i64,
    description: &'static str,
    counterparty: &'static str,
    minute: i64,
) -> Movement {
    Movement { hundredths, description, counterparty, category: None, minute }
}

fn sample(plan: &Plan, bank: Bin, client: &Iin, now: DateTime<Utc>) -> Option<Sample> {
    let prefix = if bank == cast::QARLYGASH.bin() { "qb" } else { "tb" };
    let whose = [bank.to_string(), client.expose(), plan.name.to_owned()].join("|");
    let mut chance = Chance::of(&whose);
    let number = chance.below(90_000_000) + 10_000_000;
    let id = format!("{prefix}-{}-{number}", plan.name);
    let account = Account {
        account_id: id.parse().ok()?,
        iban: iban(if prefix == "qb" { "125" } else { "871" }, plan.currency, number)?,
        currency: plan.currency.parse().ok()?,
        kind: plan.kind,
        status: AccountStatus::Open,
        product: text(plan.product)?,
        nickname: plan.nickname.and_then(text),
        opened_on: NaiveDate::from_ymd_opt(2019, 3, 14)
            .map(|it| Day(it + Days::new(u64::try_from(chance.below(900)).unwrap_or_default()))),
    };

    let today = clock::day_in_kazakhstan(now);
    let mut transactions = Vec::new();
    for back in 0..=DAYS {
        let day = today - Days::new(back);
        let mut made = transactions_of(plan, &whose, day, now);
        made.sort_by_key(|it: &Transaction| std::cmp::Reverse(it.at));
        transactions.extend(made);
    }

    // What was spent and earned within the month moves the balance; months before have evened out.
    let month = today - Days::new(30);
    let moved: i64 = transactions
        .iter()
        .filter(|it| it.booked_on.0 > month)
        .map(|it| it.money.amount.units())
        .sum();
    let (low, high) = plan.balance;
    let booked = (low + chance.below(high - low) + moved).max(low / 4);
    let pending: i64 = transactions
        .iter()
        .filter(|it| it.status == TransactionStatus::Pending)
        .map(|it| it.money.amount.units())
        .sum();
    let balance = |kind, hundredths| {
        Some(Balance { kind, money: money(hundredths, plan.currency)?, at: Moment(now) })
    };
    let balances = vec![
        balance(BalanceKind::Available, booked + pending.min(0))?,
        balance(BalanceKind::Booked, booked)?,
    ];
    Some(Sample { account, balances, transactions })
}

/// Depends on the day alone, so that tomorrow's list has today's in it.
fn transactions_of(
    plan: &Plan,
    whose: &str,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Vec<Transaction> {
    let mut chance = Chance::of(&format!("{whose}|{day}"));
    let today = clock::day_in_kazakhstan(now);
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(5);
    let movements = (plan.movements)(&mut chance, day).into_iter().enumerate();
    let made = movements.filter_map(|(number, it)| {
        let at = midnight + TimeDelta::minutes(it.minute);
        let is_card = it.category.is_some();
        Some(Transaction {
            transaction_id: format!("t-{}-{number}", day.format("%Y%m%d")).parse().ok()?,
            status: if is_card && day == today {
                TransactionStatus::Pending
            } else {
                TransactionStatus::Booked
            },
            booked_on: Day(day),
            at: Moment(at),
            money: money(it.hundredths, plan.currency)?,
            description: text(it.description)?,
            counterparty: text(it.counterparty).map(|name| Counterparty { name, iban: None }),
            category: it.category.and_then(|it| it.parse().ok()),
        })
    });
    made.filter(|it| it.at.0 <= now).collect()
}

fn text<const MAX: usize>(text: &str) -> Option<Text<MAX>> {
    text.parse().ok()
}

fn money(hundredths: i64, currency: &str) -> Option<Money> {
    Some(Money {
        amount: Amount::from_hundredths(hundredths).ok()?,
        currency: currency.parse().ok()?,
    })
}

/// ISO 13616: of a hundred pairs of check digits one fits.
fn iban(bank: &str, currency: &str, number: i64) -> Option<Iban> {
    (2..99).find_map(|check| format!("KZ{check:02}{bank}{currency}{number:010}").parse().ok())
}

/// Numbers that look like chance and are the same each time (SHA-256 in counter mode).
struct Chance {
    seed: [u8; 32],
    counter: u64,
}

impl Chance {
    fn of(text: &str) -> Self {
        Self { seed: Sha256::digest(text.as_bytes()).into(), counter: 0 }
    }

    /// 0 to `limit` − 1.
    fn below(&mut self, limit: i64) -> i64 {
        self.counter += 1;
        let block = Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.counter.to_be_bytes())
            .finalize();
        let number = block.iter().take(7).fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
        number % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cast_has_what_the_front_page_says() {
        let counts = |person: &cast::Person| {
            cast::PROVIDERS.map(|bank| accounts(bank.bin(), &person.iin(), now()).len())
        };
        assert_eq!(counts(&cast::ALMAS), [3, 1]);
        assert_eq!(counts(&cast::AIGERIM), [1, 2]);
        assert_eq!(counts(&cast::DANIYAR), [1, 0]);
        assert_eq!(counts(&cast::TEMIRLAN), [0, 0]);
        assert_eq!(counts(&cast::AINUR), [2, 1]);
        let stranger: Iin = "900101300017".parse().unwrap();
        assert_eq!(accounts(cast::QARLYGASH.bin(), &stranger, now()).len(), 2);
    }

    #[test]
    fn a_year_has_a_few_hundred_transactions_and_the_same_ones_tomorrow() {
        let read = |now| accounts(cast::QARLYGASH.bin(), &cast::ALMAS.iin(), now).remove(0);
        let (today, tomorrow) = (read(now()), read(now() + TimeDelta::days(1)));
        assert!((250..900).contains(&today.transactions.len()), "{}", today.transactions.len());
        assert_eq!(today.account, tomorrow.account);
        let newest = &today.transactions[60];
        let again = tomorrow
            .transactions
            .iter()
            .find(|it| it.transaction_id == newest.transaction_id)
            .unwrap();
        assert_eq!(again, newest);
        assert!(today.balances.iter().all(|it| it.money.amount.units() > 0));
    }

    #[test]
    fn two_clients_never_share_an_account() {
        let ids = |person: &cast::Person| -> Vec<_> {
            let samples = accounts(cast::QARLYGASH.bin(), &person.iin(), now());
            samples.into_iter().map(|it| it.account.account_id).collect()
        };
        assert!(ids(&cast::ALMAS).iter().all(|it| !ids(&cast::AIGERIM).contains(it)));
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }
}
