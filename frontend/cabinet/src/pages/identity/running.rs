//! What the page knows of the session, and what it is waiting for.

use std::rc::Rc;

use senim_core::identity::view::IdentityView;
use senim_core::problem::Problem;
use senim_kit::api::{Refused, Trouble};
use senim_kit::browser::clock_offset_ms;
use yew::Reducible;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Running {
    pub view: Option<IdentityView>,
    /// How far the server's clock is ahead of the device's.
    pub offset_ms: f64,
    /// The action under way.
    pub busy: Option<&'static str>,
    pub trouble: Option<Trouble>,
}

pub(crate) enum RunningAction {
    Started(&'static str),
    Told(IdentityView),
    /// What a look at the server found, while the page waits for nothing.
    Heard(Result<IdentityView, Trouble>),
    /// With how things stand since, where that could be read.
    Troubled(Trouble, Option<IdentityView>),
}

impl Reducible for Running {
    type Action = RunningAction;

    fn reduce(self: Rc<Self>, action: RunningAction) -> Rc<Self> {
        let known = (*self).clone();
        Rc::new(match action {
            RunningAction::Started(name) => Self { busy: Some(name), trouble: None, ..known },
            RunningAction::Told(view) => Self {
                offset_ms: clock_offset_ms(view.now),
                view: Some(view),
                busy: None,
                trouble: None,
            },
            RunningAction::Heard(_) if known.busy.is_some() => known,
            RunningAction::Heard(Ok(view)) => known.heard(view),
            RunningAction::Heard(Err(trouble)) if is_over_here(&trouble) => {
                Self { trouble: Some(trouble), ..known }
            }
            RunningAction::Heard(Err(_)) => known,
            RunningAction::Troubled(trouble, None) => {
                Self { busy: None, trouble: Some(trouble), ..known }
            }
            RunningAction::Troubled(trouble, Some(view)) => Self {
                offset_ms: clock_offset_ms(view.now),
                view: Some(view),
                busy: None,
                trouble: Some(trouble),
            },
        })
    }
}

/// The clock of the server is read anew only where it moved by more than the way of an answer takes.
const DRIFT_MS: f64 = 1_500.0;

impl Running {
    fn heard(self, view: IdentityView) -> Self {
        let Some(before) = &self.view else { return self };
        if before.session != view.session {
            // Another tab of this browser has opened another session.
            return Self { trouble: Some(refusal(Problem::IdentityOtherSession)), ..self };
        }
        let offset_ms = clock_offset_ms(view.now);
        let drifted = (offset_ms - self.offset_ms).abs() > DRIFT_MS;
        // What was said of one step does not belong to the next.
        let moved = std::mem::discriminant(&before.step) != std::mem::discriminant(&view.step);
        Self {
            offset_ms: if drifted { offset_ms } else { self.offset_ms },
            trouble: self.trouble.filter(|_| !moved),
            view: Some(view),
            busy: None,
        }
    }
}

/// The session goes on elsewhere, or is no more: nothing on this page can be done.
pub(crate) fn is_over_here(trouble: &Trouble) -> bool {
    let over = [Problem::IdentityMoved, Problem::IdentityNoSession, Problem::IdentityOtherSession];
    matches!(trouble, Trouble::Refused(it) if over.iter().any(|over| over.code() == it.code))
}

fn refusal(problem: Problem) -> Trouble {
    let (status, code) = (problem.status(), problem.code().to_owned());
    Trouble::Refused(Refused { status, code, title: problem.title().to_owned() })
}
