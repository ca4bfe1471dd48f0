//! Two minutes before the session ends: do you want to stay (WCAG 2.2 §2.2.1)?

use chrono::TimeDelta;
use senim_core::Timestamp;
use senim_core::identity::session::WARNING;
use senim_kit::components::{Button, ButtonKind, Dialog};
use senim_kit::language::use_language;
use senim_kit::moment;
use yew::prelude::*;

use super::action::Action;
use super::countdown::use_countdown;
use crate::words::identity;

/// An answer that is so much older than the warning does not know of what has extended the session since.
const OLDER: TimeDelta = TimeDelta::seconds(2);

#[derive(Properties, PartialEq)]
pub(crate) struct ExpiryProps {
    pub ends_at: Timestamp,
    /// When the server said so, by its clock.
    pub told_at: Timestamp,
    pub extensions_left: u8,
    pub offset_ms: f64,
    pub busy: Option<&'static str>,
    pub act: Callback<Action>,
    /// The session is to be read anew.
    pub load: Callback<()>,
}

#[function_component]
pub(crate) fn Expiry(props: &ExpiryProps) -> Html {
    let language = use_language();
    let left = use_countdown(Some(props.ends_at), props.offset_ms);
    // Closed by the client, where there is nothing to be done about this end.
    let seen = use_state(|| None::<Timestamp>);
    let due = i64::from(left) <= WARNING.num_seconds();
    let fresh = props.ends_at - props.told_at <= WARNING + OLDER;
    {
        let load = props.load.clone();
        // A check that has begun may have extended the session; and at the end the page says why it ended.
        use_effect_with((due && !fresh, left == 0), move |&(asks, over)| {
            if asks || over {
                load.emit(());
            }
        });
    }
    let open = due && fresh && left > 0 && *seen != Some(props.ends_at);
    let can_stay = props.extensions_left > 0;
    let stay = {
        let (act, seen, ends_at) = (props.act.clone(), seen.clone(), props.ends_at);
        Callback::from(move |()| {
            if can_stay {
                act.emit(Action::Stay);
            } else {
                seen.set(Some(ends_at));
            }
        })
    };
    let stop = {
        let act = props.act.clone();
        Callback::from(move |()| act.emit(Action::Abandon))
    };
    html! {
        <Dialog {open} title={identity::EXPIRY_TITLE.say(language)} onclose={stay.clone()}>
            <p class="clock" data-test="expiry-left" aria-hidden="true">{ moment::countdown(left) }</p>
            <p class="visually-hidden" role="status">
                { identity::EXPIRY_LEFT.fill(language, &[("time", &moment::countdown(announced(left)))]) }
            </p>
            <p>
                if can_stay {
                    { identity::EXPIRY_TEXT.say(language) }
                } else {
                    { identity::EXPIRY_LAST.say(language) }
                }
            </p>
            <div class="actions">
                <Button test="expiry-stay" autofocus=true busy={props.busy == Some("stay")} onclick={stay}>
                    if can_stay {
                        { identity::EXPIRY_STAY.say(language) }
                    } else {
                        { identity::EXPIRY_SEEN.say(language) }
                    }
                </Button>
                <Button kind={ButtonKind::Secondary} test="expiry-stop" onclick={stop}>
                    { identity::GIVE_UP.say(language) }
                </Button>
            </div>
        </Dialog>
    }
}

/// A screen reader hears of each half minute, and of the last twenty seconds.
fn announced(left: u32) -> u32 {
    if left <= 20 { 20 } else { left.div_ceil(30) * 30 }
}

#[cfg(test)]
mod tests {
    #[test]
    fn few_moments_are_announced() {
        let heard: std::collections::BTreeSet<_> = (1..=120).map(super::announced).collect();
        assert_eq!(heard.into_iter().collect::<Vec<_>>(), [20, 30, 60, 90, 120]);
    }
}
