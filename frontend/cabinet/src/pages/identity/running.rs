//! What the page knows of the session, and what it is waiting for.

use std::rc::Rc;

use senim_core::identity::view::IdentityView;
use senim_kit::api::Trouble;
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
