use super::super::challenge::Colour;
use super::super::performance::{Check, FRAME_MS, Person, challenge, check};
use super::super::synthetic::Head;
use super::*;

#[test]
fn a_plain_check_keeps_about_as_many_frames_as_fit() {
    let colours = vec![Colour::Red, Colour::Blue, Colour::Green, Colour::Yellow];
    let asks = [Ask::Do(Action::Blink), Ask::Do(Action::TurnLeft), Ask::Colours(colours)];
    let check = check(&challenge(&asks), Person::GENUINE);
    assert_eq!(check.phase, Phase::Done);
    let count =
        |wanted: &dyn Fn(Kind) -> bool| check.seen.iter().filter(|it| wanted(it.kind)).count();
    assert_eq!(count(&|it| matches!(it, Kind::Colour(_))), 8, "two of each colour");
    assert!((3..=5).contains(&count(&|it| it == Kind::Portrait)));
    assert!((20..=36).contains(&check.seen.len()), "{}", check.seen.len());
}

#[test]
fn a_prompt_comes_no_sooner_than_drawn_and_the_pack_is_in_order() {
    let Check { challenge, about, seen, .. } =
        check(&challenge(&[Ask::Do(Action::Smile), Ask::Do(Action::Blink)]), Person::GENUINE);
    for (index, step) in challenge.steps.iter().enumerate().skip(1) {
        let waited = about.shown_at_ms[index] - about.done_at_ms[index - 1];
        assert!((700..700 + FRAME_MS).contains(&waited), "{step:?} {waited}");
    }
    assert!(seen.windows(2).all(|it| it[0].at_ms < it[1].at_ms && it[0].step <= it[1].step));
}

/// Every sequence of six sights (nobody, two faces, badly placed, well placed, shut, turned): the follower
/// never keeps a frame without exactly one face, never out of order, and says nothing after its end.
#[test]
fn every_short_sequence_keeps_only_frames_of_one_face() {
    let two = {
        let mut two = Head::default().look();
        two.faces.push(two.faces[0]);
        two
    };
    let nobody = Look { faces: Vec::new(), face: None };
    let sights = [
        (nobody, Guidance::NoFace),
        (two, Guidance::SeveralFaces),
        (Head::default().look(), Guidance::TooFar),
        (Head::default().look(), Guidance::Good),
        (Head { eyes_open: 0.02, ..Head::default() }.look(), Guidance::Good),
        (Head::turned(25.0, 0.0).look(), Guidance::TurnedAway),
    ];
    let steps = challenge(&[Ask::Do(Action::Blink)]).steps;
    for code in 0..6_usize.pow(6) {
        let mut follower = Follower::new(steps.clone());
        let (mut code, mut last) = (code, None);
        for turn in 0..6_u32 {
            let kind = code % 6;
            code /= 6;
            let (look, guidance) = &sights[kind];
            // Far enough apart that everything can happen: portraits, prompts, a face away for too long.
            let sight = Sight {
                frame: turn,
                at_ms: 800 * turn,
                look,
                guidance: *guidance,
                quality: 0.5,
                width: 1280.0,
            };
            let ended = follower.phase.ended();
            let progress = follower.see(&sight);
            assert!(!ended || (progress.keep.is_empty() && progress.phase == follower.phase));
            for keep in progress.keep {
                assert!(last < Some(keep.at_ms));
                last = Some(keep.at_ms);
                assert!(keep.frame != turn || kind > 1, "kept a frame without one face");
                assert!(keep.kind != Kind::Portrait || kind == 3);
            }
        }
        assert_eq!(
            follower.shown_at_ms().len() - follower.done_at_ms().len(),
            usize::from(follower.step < follower.shown_at_ms().len())
        );
    }
}

#[test]
fn who_goes_away_or_does_nothing_is_told_so() {
    let steps = challenge(&[Ask::Do(Action::Smile)]).steps;
    let mut follower = Follower::new(steps);
    let (there, away) = (Head::default().look(), Look { faces: Vec::new(), face: None });
    let mut see = |at_ms: u32, look: &Look| {
        follower
            .see(&Sight {
                frame: at_ms / 40,
                at_ms,
                look,
                guidance: Guidance::Good,
                quality: 0.5,
                width: 1280.0,
            })
            .phase
    };
    for at in 0..60 {
        see(at * 40, &there);
    }
    assert_eq!(see(2_400, &there), Phase::Asking(Action::Smile));
    assert_eq!(see(3_000, &away), Phase::LiningUp(Guidance::NoFace));
    assert_eq!(see(3_400, &there), Phase::Asking(Action::Smile));
    assert_eq!(see(8_000, &there), Phase::TimedOut);
    assert_eq!(see(8_040, &there), Phase::TimedOut);
    let mut follower = Follower::new(challenge(&[Ask::Do(Action::Smile)]).steps);
    let mut see = |at_ms: u32, look: &Look| {
        follower
            .see(&Sight {
                frame: at_ms / 40,
                at_ms,
                look,
                guidance: Guidance::Good,
                quality: 0.5,
                width: 1280.0,
            })
            .phase
    };
    see(0, &there);
    assert_eq!(see(2_040, &away), Phase::Lost);
}
