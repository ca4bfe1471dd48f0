//! Two minutes before the client is signed out of the cabinet: do you want to stay? And the page that says why it ended.

use senim_core::identity::cabinet::CabinetSessionView;
use senim_core::identity::session::WARNING;
use senim_kit::action::use_action;
use senim_kit::api::{self, Nothing};
use senim_kit::browser::clock_offset_ms;
use senim_kit::components::{Button, Card, Dialog, Frame};
use senim_kit::language::use_language;
use senim_kit::resource::use_resource;
use senim_kit::{moment, route};
use yew::prelude::*;

use super::identity::countdown::use_countdown;
use super::sign_in::SignInButton;
use crate::words::{cabinet, identity};

/// Stands on every page of a client who is signed in.
#[function_component]
pub(crate) fn CabinetTime() -> Html {
    let session = use_resource::<CabinetSessionView>("/api/cabinet/session", None);
    match session.value.as_deref() {
        Some(view) => html! {
            <TimeLeft view={view.clone()} replace={session.replace.clone()} reload={session.reload.clone()} />
        },
        None => Html::default(),
    }
}

#[derive(Properties, PartialEq)]
struct TimeLeftProps {
    view: CabinetSessionView,
    replace: Callback<CabinetSessionView>,
    reload: Callback<()>,
}

#[function_component]
fn TimeLeft(props: &TimeLeftProps) -> Html {
    let language = use_language();
    let CabinetSessionView { until, can_stay, now, .. } = props.view;
    let offset_ms = use_memo(now, |now| clock_offset_ms(*now));
    let left = use_countdown(Some(until), *offset_ms);
    let seen = use_state(|| false);
    let stay = {
        let (replace, reload) = (props.replace.clone(), props.reload.clone());
        use_action(
            |()| api::post::<CabinetSessionView>("/api/cabinet/stay", &Nothing {}),
            move |answer| match answer {
                Ok(view) => replace.emit(view.clone()),
                Err(_) => reload.emit(()),
            },
        )
    };
    let due = i64::from(left) <= WARNING.num_seconds();
    // Another page may have extended it, or signed out.
    let fresh = until - now <= WARNING + WARNING / 60;
    {
        let reload = props.reload.clone();
        use_effect_with((due && !fresh && left > 0, left == 0), move |&(asks, over)| {
            if asks {
                reload.emit(());
            } else if over {
                route::replace("/cabinet/ended");
            }
        });
    }
    let answer = {
        let (run, seen) = (stay.run.clone(), seen.clone());
        Callback::from(move |()| if can_stay { run.emit(()) } else { seen.set(true) })
    };
    html! {
        <Dialog
            open={due && fresh && left > 0 && !*seen}
            title={identity::EXPIRY_TITLE.say(language)}
            onclose={answer.clone()}
        >
            <p class="clock" aria-hidden="true">{ moment::countdown(left) }</p>
            <p role="status">
                if can_stay { { cabinet::STAY_TEXT.say(language) } } else { { cabinet::STAY_LAST.say(language) } }
            </p>
            <div class="actions">
                <Button test="cabinet-stay" autofocus=true busy={stay.busy} onclick={answer}>
                    if can_stay { { cabinet::STAY.say(language) } } else { { identity::EXPIRY_SEEN.say(language) } }
                </Button>
            </div>
        </Dialog>
    }
}

/// `/cabinet/ended`.
#[function_component]
pub(crate) fn EndedPage() -> Html {
    let language = use_language();
    let title = cabinet::TIME_OVER_TITLE.say(language);
    html! {
        <Frame {title} home="/">
            <Card>
                <h1 tabindex="-1" data-test="cabinet-ended">{ title }</h1>
                <p role="status">{ cabinet::TIME_OVER.say(language) }</p>
                <div class="actions"><SignInButton /></div>
            </Card>
        </Frame>
    }
}
