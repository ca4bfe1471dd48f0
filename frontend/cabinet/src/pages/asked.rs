//! Something that can't be taken back: the button, the question whether it is meant, the request, and the reader's place after it.

use senim_kit::action::use_action;
use senim_kit::api;
use senim_kit::browser::focus;
use senim_kit::components::{Button, ButtonKind, Dialog, Notice, Tone};
use senim_kit::language::use_language;
use serde::de::DeserializeOwned;
use yew::prelude::*;

use crate::words::cabinet;

#[derive(Properties, PartialEq)]
pub(crate) struct AskedOnceProps<A: PartialEq> {
    /// That is sent `{}`.
    pub path: AttrValue,
    /// Whether the button is there.
    pub offered: bool,
    /// On the button.
    pub ask: AttrValue,
    /// Of the question.
    pub title: AttrValue,
    /// Said when it is done.
    #[prop_or_default]
    pub done: Option<AttrValue>,
    /// `data-test` of the button, of no, of yes, and of what is said when it is done.
    pub tests: [&'static str; 4],
    pub onanswer: Callback<A>,
    /// Under the title: what will happen.
    pub children: Html,
}

#[function_component]
pub(crate) fn AskedOnce<A>(props: &AskedOnceProps<A>) -> Html
where
    A: Clone + PartialEq + DeserializeOwned + 'static,
{
    let language = use_language();
    let asked = use_state(|| false);
    let done = use_state(|| false);
    let action = {
        let (path, onanswer) = (props.path.clone(), props.onanswer.clone());
        let (asked, done) = (asked.setter(), done.setter());
        use_action(
            move |()| {
                let path = path.clone();
                async move { api::post::<A>(&path, &api::Nothing {}).await }
            },
            move |answer| {
                asked.set(false);
                if let Ok(view) = answer {
                    done.set(true);
                    onanswer.emit(view.clone());
                }
            },
        )
    };
    // The button that had the keyboard is gone.
    use_effect_with(*done, |&done| {
        if done {
            focus("main h1");
        }
    });
    let ask = {
        let asked = asked.clone();
        Callback::from(move |()| asked.set(true))
    };
    let close = {
        let (asked, busy) = (asked.clone(), action.busy);
        Callback::from(move |()| asked.set(busy))
    };
    let [button, no, yes, said] = props.tests;
    html! {
        <>
            if let Some(text) = props.done.clone().filter(|_| *done) {
                <Notice tone={Tone::Good} test={said}>{ text }</Notice>
            }
            if let Some(trouble) = &action.trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            if props.offered {
                <div class="actions">
                    <Button kind={ButtonKind::Danger} test={button} onclick={ask}>{ props.ask.clone() }</Button>
                </div>
            }
            <Dialog open={*asked} title={props.title.clone()} onclose={close.clone()}>
                { props.children.clone() }
                <div class="actions">
                    <Button kind={ButtonKind::Secondary} test={no} autofocus=true disabled={action.busy} onclick={close}>
                        { cabinet::WITHDRAW_NO.say(language) }
                    </Button>
                    <Button kind={ButtonKind::Danger} test={yes} busy={action.busy} onclick={action.run}>
                        { cabinet::WITHDRAW_YES.say(language) }
                    </Button>
                </div>
            </Dialog>
        </>
    }
}
