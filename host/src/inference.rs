//! Turns of inference: one queue for the whole process, with a share that photo matching can't use up.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use senim_channel::budget::{Budget, Exhausted, KeyShare, Line, PerKey, Registry, Share};
use senim_core::id::Bin;

/// Time limit for the inference of one check. It takes about a second of a core for a pack as the widget
/// makes it, and six seconds for the largest pack allowed.
pub const LOOK_WITHIN: TimeDelta = TimeDelta::seconds(15);

/// Checks running or waiting, for each core: a waiting one must be judged within `CHECK_TIME` of its start.
const CHECKS_A_CORE: u32 = 4;
const CHECKS_MIN: u32 = 6;
/// Photos waiting, for each core.
const PHOTOS_A_CORE: u32 = 16;
/// Photos of one participant that are running or waiting.
const PHOTOS_OF_ONE_MAX: u32 = 8;
/// A photo that waits longer is refused, because the participant's connection waits for it.
const PHOTO_WITHIN: Duration = Duration::from_secs(20);
/// Another budget bounds the number of waiting callers.
const TURN: Line = Line { places: 4096, within: Duration::from_mins(1) };
/// `Retry-After` for a participant that already has [`PHOTOS_OF_ONE_MAX`] photos here.
const PHOTO_AGAIN: TimeDelta = TimeDelta::seconds(2);

#[derive(Clone)]
pub struct Inference {
    /// One for each core: inference uses a whole one.
    turns: Budget,
    checks: Budget,
    /// Half of the turns.
    photos: Budget,
    participants: PerKey<Bin>,
}

/// A check's place in the queue.
#[must_use = "what is dropped is given back"]
pub struct Place {
    turns: Budget,
    held: Share,
}

/// A turn. The work itself holds it, since the caller may disconnect.
#[derive(Clone)]
#[must_use = "what is dropped is given back"]
pub struct Turn {
    _held: Arc<Held>,
}

struct Held {
    _turn: Share,
    _place: Option<Share>,
    _participant: Option<KeyShare<Bin>>,
}

impl Inference {
    pub fn open(registry: &Registry) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with_cores(registry, u32::try_from(cores).unwrap_or(1))
    }

    fn with_cores(registry: &Registry, cores: u32) -> Self {
        let line = Line { places: PHOTOS_A_CORE * cores, within: PHOTO_WITHIN };
        Self {
            turns: registry.budget_with_line("inference", cores, TURN),
            checks: registry.budget("inference.checks", (CHECKS_A_CORE * cores).max(CHECKS_MIN)),
            photos: registry.budget_with_line("inference.photos", (cores / 2).max(1), line),
            participants: registry.per_key("inference.photos-of-one", PHOTOS_OF_ONE_MAX),
        }
    }

    /// A place for the check of an identity session, before its challenge is used up: if there is none, the frames can
    /// be sent again.
    pub fn place(&self) -> Result<Place, Exhausted> {
        Ok(Place { turns: self.turns.clone(), held: self.checks.take(1)? })
    }

    /// A turn for a photo of this participant. A participant over its limit is refused alone (429); the others wait.
    pub async fn photo(&self, participant: Bin) -> Result<Turn, Exhausted> {
        let participant = self.participants.take(&participant, 1);
        let participant =
            participant.map_err(|it| Exhausted { retry_after: Some(PHOTO_AGAIN), ..it })?;
        let place = self.photos.wait(1).await?;
        let turn = self.turns.wait(1).await?;
        Ok(Turn::of(turn, Some(place), Some(participant)))
    }

    /// A turn for a caller that gave its own back and has more to do.
    pub async fn again(&self) -> Result<Turn, Exhausted> {
        Ok(Turn::of(self.turns.wait(1).await?, None, None))
    }
}

impl Place {
    pub async fn turn(self) -> Result<Turn, Exhausted> {
        let turn = self.turns.wait(1).await?;
        Ok(Turn::of(turn, Some(self.held), None))
    }
}

impl Turn {
    fn of(turn: Share, place: Option<Share>, participant: Option<KeyShare<Bin>>) -> Self {
        Self { _held: Arc::new(Held { _turn: turn, _place: place, _participant: participant }) }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn photos_leave_a_turn_for_the_checks_of_sessions() {
        let inference = Inference::with_cores(&Registry::default(), 2);
        let first = inference.photo(bin(1)).await.unwrap();
        let mut second = Box::pin(inference.photo(bin(2)));
        assert!(second.as_mut().now_or_never().is_none(), "half of the turns are not for photos");
        let check = inference.place().unwrap().turn().now_or_never().expect("a free turn");
        drop((first, check));
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn a_participant_that_floods_is_refused_by_itself() {
        let inference = Inference::with_cores(&Registry::default(), 2);
        let mut waiting: Vec<_> =
            (0..PHOTOS_OF_ONE_MAX).map(|_| Box::pin(inference.photo(bin(1)))).collect();
        let come: Vec<_> = waiting.iter_mut().map(|it| it.as_mut().now_or_never()).collect();
        assert!(come[0].is_some() && come[1..].iter().all(Option::is_none));
        let flooded = inference.photo(bin(1)).now_or_never().unwrap().err().unwrap();
        assert_eq!((flooded.retry_after, flooded.retry_after_s()), (Some(PHOTO_AGAIN), 2));
        let mut other = Box::pin(inference.photo(bin(2)));
        assert!(other.as_mut().now_or_never().is_none(), "the other one waits for its turn");
        drop((come, waiting));
        assert!(other.await.is_ok());
    }

    #[tokio::test]
    async fn a_check_without_a_place_is_refused_at_once_and_one_with_a_place_gets_its_turn() {
        let inference = Inference::with_cores(&Registry::default(), 1);
        let places: Vec<Place> = (0..CHECKS_MIN).map(|_| inference.place().unwrap()).collect();
        let refused = inference.place().err().unwrap();
        assert_eq!(refused.retry_after, None, "503: it is nobody's fault");
        for place in places {
            assert!(place.turn().await.is_ok());
        }
        assert!(inference.place().is_ok());
    }

    fn bin(number: u64) -> Bin {
        ["190340012744", "040740003185"][usize::try_from(number - 1).unwrap()].parse().unwrap()
    }
}
