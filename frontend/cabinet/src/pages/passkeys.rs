//! `/cabinet/passkeys`: what opens the cabinet without the camera; and, on other pages, the offer of one and what a session that was
//! opened with one can't do.

use senim_core::identity::cabinet::{CabinetSessionView, OpenedWith};
use senim_core::passkey::EndedBy;
use senim_core::passkey::view::{AddPasskeyView, PasskeyView, PasskeysView};
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api::{self, Nothing, Trouble};
use senim_kit::components::{Button, ButtonKind, Notice, Spinner, Table, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::route::Link;
use yew::prelude::*;

use super::activity::device;
use super::own::OwnPage;
use crate::passkey;
use crate::words::passkey as words;

#[function_component]
pub(crate) fn PasskeysPage() -> Html {
    let language = use_language();
    let list = use_resource::<PasskeysView>("/api/cabinet/passkeys", None);
    let signed_out = list.trouble.as_ref().is_some_and(Trouble::signed_out);
    let page = match (&list.value, &list.trouble) {
        (_, Some(_)) if signed_out => Html::default(),
        (Some(view), _) => {
            html! { <Passkeys view={(**view).clone()} onanswer={list.replace.clone()} /> }
        }
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <OwnPage title={words::TITLE} {signed_out}>
            { page }
        </OwnPage>
    }
}

#[derive(Properties, PartialEq)]
struct PasskeysProps {
    view: PasskeysView,
    onanswer: Callback<PasskeysView>,
}

#[function_component]
fn Passkeys(props: &PasskeysProps) -> Html {
    let language = use_language();
    let PasskeysView { passkeys, most, can_add } = &props.view;
    let answered = {
        let onanswer = props.onanswer.clone();
        move |answer: &Result<PasskeysView, Trouble>| {
            if let Ok(view) = answer {
                onanswer.emit(view.clone());
            }
        }
    };
    let add = use_action(|()| add(), answered.clone());
    let remove = use_action(
        |path: String| async move { api::post::<PasskeysView>(&path, &Nothing {}).await },
        answered,
    );
    let full = passkeys.len() >= usize::from(*most);
    html! {
        <>
            <p>{ words::LEAD.say(language) }</p>
            <HowOpened />
            for trouble in add.trouble.iter().chain(remove.trouble.iter()) {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            if !can_add {
                <p data-test="passkey-camera">{ words::NEEDS_CAMERA.say(language) }</p>
            } else if full {
                <p data-test="passkey-full">{ words::FULL.fill(language, &[("most", &most.to_string())]) }</p>
            } else if passkey::supported() {
                <div class="actions">
                    <Button test="passkey-add" busy={add.busy} onclick={add.run}>{ words::OFFER.say(language) }</Button>
                </div>
            } else {
                <p data-test="passkey-unsupported">{ words::UNSUPPORTED.say(language) }</p>
            }
            if passkeys.is_empty() {
                <p class="soft" data-test="passkeys-empty">{ words::NONE.say(language) }</p>
            } else {
                { listed(passkeys, language, |it| {
                    let (run, path) = (remove.run.clone(), format!("/api/cabinet/passkeys/{}/remove", it.id));
                    html! {
                        <Button
                            kind={ButtonKind::Quiet}
                            test="passkey-remove"
                            busy={remove.busy}
                            onclick={Callback::from(move |()| run.emit(path.clone()))}
                        >
                            { words::REMOVE.say(language) }
                        </Button>
                    }
                }) }
            }
        </>
    }
}

async fn add() -> Result<PasskeysView, Trouble> {
    let asked: AddPasskeyView = api::post("/api/cabinet/passkeys/challenge", &Nothing {}).await?;
    api::post("/api/cabinet/passkeys", &passkey::create(&asked).await?).await
}

/// A row each; `more` stands beside its state.
pub(crate) fn listed(
    list: &[PasskeyView],
    language: Language,
    more: impl Fn(&PasskeyView) -> Html,
) -> Html {
    let heads = vec![words::DEVICE, words::ADDED, words::USED, words::STANDS];
    html! {
        <Table {heads}>
            for it in list.iter() {
                <tr key={it.id.to_string()} data-test="passkey-row">
                    <td data-name={words::DEVICE.say(language)}>{ device(Some(it.device), language) }</td>
                    <td data-name={words::ADDED.say(language)}>{ moment::date_time(it.added_at, language) }</td>
                    <td data-name={words::USED.say(language)}>{
                        it.used_at.map_or_else(
                            || words::NEVER.say(language).to_owned(),
                            |at| moment::date_time(at, language),
                        )
                    }</td>
                    <td data-name={words::STANDS.say(language)}>
                        { standing(it, language) }
                        if it.own {
                            <small data-test="passkey-own">{ words::OWN.say(language) }</small>
                        }
                        { more(it) }
                    </td>
                </tr>
            }
        </Table>
    }
}

fn standing(it: &PasskeyView, language: Language) -> String {
    let Some(end) = it.ended else { return moment::until(it.until, language) };
    let word = match end.by {
        EndedBy::Agreement => words::BY_AGREEMENT,
        EndedBy::Client => words::BY_CLIENT,
        EndedBy::Copied => words::BY_COPY,
        EndedBy::Report => words::BY_REPORT,
        EndedBy::Term => words::BY_TERM,
    };
    word.fill(language, &[("at", &moment::date_time(end.at, language))])
}

#[derive(Properties, PartialEq)]
pub(crate) struct HowOpenedProps {
    #[prop_or_default]
    pub offers: bool,
}

/// What a session that was opened with a passkey can't do, and how it is done; in another one, where `offers`, the way to a passkey.
#[function_component]
pub(crate) fn HowOpened(props: &HowOpenedProps) -> Html {
    let session = use_resource::<CabinetSessionView>("/api/cabinet/session", None);
    let language = use_language();
    let with = session.value.as_ref().map(|it| it.opened_with);
    html! {
        if with == Some(OpenedWith::Passkey) {
            <Notice tone={Tone::Quiet} test="opened-with-passkey">{ words::LOOKING.say(language) }</Notice>
        } else if with.is_some() && props.offers && passkey::supported() {
            <p><Link to="/cabinet/passkeys" test="passkey-offer">{ words::OFFER.say(language) }</Link></p>
        }
    }
}
