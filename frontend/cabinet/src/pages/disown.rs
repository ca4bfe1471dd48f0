//! "It wasn't me": what will happen, whether consents go as well, and what to do next.

use senim_core::activity::view::DisownedView;
use senim_core::activity::{Disown, Disowned};
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api;
use senim_kit::components::{Button, ButtonKind, Dialog, Notice, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::words::activity;

#[derive(Properties, PartialEq)]
pub(crate) struct DisowningProps {
    pub what: Disowned,
    /// A consent that was given there is in force.
    pub withdraws: bool,
    pub lock_hours: u16,
    /// What was done: the page shows the [`next_steps`].
    pub ondone: Callback<DisownedView>,
}

#[function_component]
pub(crate) fn Disowning(props: &DisowningProps) -> Html {
    let language = use_language();
    let asked = use_state(|| false);
    let withdraw = use_state(|| true);
    let action = {
        let ondone = props.ondone.clone();
        let asked = asked.setter();
        use_action(
            |disown: Disown| async move { api::post("/api/cabinet/disown", &disown).await },
            move |answer: &Result<DisownedView, _>| {
                asked.set(false);
                if let Ok(view) = answer {
                    ondone.emit(view.clone());
                }
            },
        )
    };
    let ask = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(true))
    };
    let close = {
        let (asked, busy) = (asked.clone(), action.busy);
        Callback::from(move |()| asked.set(busy))
    };
    let confirm = {
        let (run, what) = (action.run.clone(), props.what);
        let withdraw = *withdraw && props.withdraws;
        Callback::from(move |()| run.emit(Disown { what, withdraw }))
    };
    let choose = {
        let withdraw = withdraw.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            withdraw.set(input.checked());
        })
    };
    html! {
        <>
            if let Some(trouble) = &action.trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            <div class="actions">
                <Button kind={ButtonKind::Quiet} test="disown" onclick={ask}>{ activity::DISOWN.say(language) }</Button>
            </div>
            <Dialog open={*asked} title={activity::DISOWN_TITLE.say(language)} onclose={close.clone()}>
                <ul>
                    <li>{ activity::DISOWN_SESSIONS.say(language) }</li>
                    <li>{ activity::DISOWN_LOCK.fill(language, &[("hours", &props.lock_hours.to_string())]) }</li>
                    <li>{ activity::DISOWN_CABINET.say(language) }</li>
                    <li>{ activity::DISOWN_OPERATOR.say(language) }</li>
                </ul>
                if props.withdraws {
                    <label class="choice">
                        <input type="checkbox" data-test="disown-withdraw" checked={*withdraw} onchange={choose} />
                        <span>{ activity::DISOWN_WITHDRAW.say(language) }</span>
                    </label>
                }
                <div class="actions">
                    <Button kind={ButtonKind::Secondary} test="disown-cancel" autofocus=true disabled={action.busy} onclick={close}>
                        { activity::DISOWN_NO.say(language) }
                    </Button>
                    <Button kind={ButtonKind::Danger} test="disown-confirm" busy={action.busy} onclick={confirm}>
                        { activity::DISOWN_YES.say(language) }
                    </Button>
                </div>
            </Dialog>
        </>
    }
}

/// What was done, and what is left for the client to do; shown by the page, for the button is gone with the report.
pub(crate) fn next_steps(view: &DisownedView, language: Language) -> Html {
    let values = [
        ("case", view.case.to_string()),
        ("sessions", view.sessions.to_string()),
        ("consents", view.withdrawn.to_string()),
        ("passkeys", view.passkeys.to_string()),
        ("until", moment::date_time(view.locked_until, language)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    html! {
        <Notice tone={Tone::Good} test="disowned">
            <p>{ activity::DISOWNED.fill(language, &values) }</p>
            <ul>
                for word in [activity::NEXT_PHONE, activity::NEXT_BANK, activity::NEXT_OPERATOR] {
                    <li>{ word.fill(language, &values) }</li>
                }
            </ul>
        </Notice>
    }
}
