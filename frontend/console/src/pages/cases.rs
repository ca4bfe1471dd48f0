//! What clients reported as not theirs, and the closing of a case.

use senim_core::activity::CloseCase;
use senim_core::activity::view::CaseView;
use senim_core::id::CaseId;
use senim_core::text::Language;
use senim_kit::action::use_action;
use senim_kit::api::{self, Trouble};
use senim_kit::components::{
    Badge, Button, ButtonKind, Card, Dialog, Field, Notice, Spinner, Table, Tone,
};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::words::{Word, common};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::words::cases as words;

const REFRESH_MS: u32 = 5_000;

#[function_component]
pub(crate) fn Cases() -> Html {
    let language = use_language();
    let cases = use_resource::<Vec<CaseView>>("/api/console/cases", Some(REFRESH_MS));
    let asked = use_state(|| None::<CaseView>);
    let close = {
        let (asked, reload) = (asked.setter(), cases.reload.clone());
        use_action(
            |(id, close): (CaseId, CloseCase)| async move {
                api::post::<CaseView>(&format!("/api/console/cases/{id}/close"), &close).await
            },
            move |answer: &Result<CaseView, Trouble>| {
                if answer.is_ok() {
                    asked.set(None);
                }
                reload.emit(());
            },
        )
    };
    let ask = {
        let asked = asked.clone();
        Callback::from(move |it| asked.set(Some(it)))
    };
    let dismiss = {
        let (asked, busy) = (asked.clone(), close.busy);
        Callback::from(move |()| {
            if !busy {
                asked.set(None);
            }
        })
    };
    let list = match (&cases.value, &cases.trouble) {
        (Some(list), _) if list.is_empty() => html! {
            <p class="soft" data-test="cases-empty">{ words::NONE.say(language) }</p>
        },
        (Some(list), _) => table(list, &ask, language),
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <Card>
            <h2>{ words::TITLE.say(language) }</h2>
            <p class="soft">{ words::LEAD.say(language) }</p>
            { list }
            <CloseDialog
                case={(*asked).clone()}
                busy={close.busy}
                trouble={close.trouble.clone()}
                ondismiss={dismiss}
                onclose={close.run.clone()}
            />
        </Card>
    }
}

fn table(list: &[CaseView], ask: &Callback<CaseView>, language: Language) -> Html {
    let heads = vec![words::CASE, words::SESSION, words::DONE, words::LOCK, words::STATE];
    html! {
        <Table {heads}>
            for it in list.iter() {
                { row(it, ask, language) }
            }
        </Table>
    }
}

fn row(it: &CaseView, ask: &Callback<CaseView>, language: Language) -> Html {
    let cell = |name: Word, value: Html| {
        html! { <td data-name={name.say(language)}>{ value }</td> }
    };
    let at = |moment| moment::date_time(moment, language);
    let whose = it
        .consumer
        .as_ref()
        .map_or_else(|| words::OF_CABINET.say(language).to_owned(), |it| it.name.clone());
    let done = words::ENDED.fill(
        language,
        &[("sessions", &it.sessions.to_string()), ("consents", &it.withdrawn.to_string())],
    );
    let state = if let Some(closed) = &it.closed {
        html! {
            <>
                <Badge tone={Tone::Quiet}>{ words::CLOSED.say(language) }</Badge>
                <small>{ at(closed.at) }{ " · " }{ &closed.by }</small>
                <small><bdi>{ &closed.note }</bdi></small>
            </>
        }
    } else {
        let onclick = {
            let (ask, it) = (ask.clone(), it.clone());
            Callback::from(move |()| ask.emit(it.clone()))
        };
        html! {
            <>
                <Badge tone={Tone::Warn}>{ words::OPEN.say(language) }</Badge>
                <Button kind={ButtonKind::Secondary} test="case-close" {onclick}>{ words::CLOSE.say(language) }</Button>
            </>
        }
    };
    html! {
        <tr key={it.id.to_string()} data-test="case-row" data-case={it.id.to_string()}>
            { cell(words::CASE, html! { <><span class="mono">{ it.id.to_string() }</span><small>{ at(it.opened_at) }</small></> }) }
            { cell(words::SESSION, html! { <>{ whose }<small class="mono">{ it.session.to_string() }</small></> }) }
            { cell(words::DONE, html! { { done } }) }
            { cell(words::LOCK, html! { { at(it.locked_until) } }) }
            { cell(words::STATE, state) }
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct CloseDialogProps {
    case: Option<CaseView>,
    busy: bool,
    trouble: Option<Trouble>,
    ondismiss: Callback<()>,
    onclose: Callback<(CaseId, CloseCase)>,
}

#[function_component]
fn CloseDialog(props: &CloseDialogProps) -> Html {
    let language = use_language();
    let note = use_state(String::new);
    let lift = use_state(|| false);
    let tried = use_state(|| false);
    {
        let (note, lift, tried) = (note.setter(), lift.setter(), tried.setter());
        use_effect_with(props.case.is_some(), move |_| {
            note.set(String::new());
            lift.set(false);
            tried.set(false);
        });
    }
    let id = props.case.as_ref().map(|it| it.id);
    let written = note.trim().parse().ok();
    let onsubmit = {
        let (written, lift, tried) = (written.clone(), *lift, tried.clone());
        let onclose = props.onclose.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            tried.set(true);
            if let Some((id, note)) = id.zip(written.clone()) {
                onclose.emit((id, CloseCase { note, lift }));
            }
        })
    };
    let missing = *tried && written.is_none();
    let error = missing.then(|| AttrValue::from(words::NOTE_MISSING.say(language)));
    let value = AttrValue::from((*note).clone());
    let oninput = Callback::from(move |text| note.set(text));
    let choose = {
        let lift = lift.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            lift.set(input.checked());
        })
    };
    html! {
        <Dialog
            open={props.case.is_some()}
            title={words::CLOSE_TITLE.fill(language, &[("case", &id.map(|it| it.to_string()).unwrap_or_default())])}
            onclose={props.ondismiss.clone()}
        >
            <p>{ words::CLOSE_TEXT.say(language) }</p>
            if let Some(trouble) = &props.trouble {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            <form class="stack" novalidate=true {onsubmit}>
                <Field
                    id="case-note"
                    test="case-note"
                    label={words::NOTE.say(language)}
                    {value}
                    hint={words::NOTE_HINT.say(language)}
                    maxlength="500"
                    autofocus=true
                    {error}
                    {oninput}
                />
                <label class="choice">
                    <input type="checkbox" data-test="case-lift" checked={*lift} onchange={choose} />
                    <span>{ words::LIFT.say(language) }</span>
                </label>
                <div class="actions">
                    <Button kind={ButtonKind::Secondary} test="case-cancel" disabled={props.busy} onclick={props.ondismiss.clone()}>
                        { common::CANCEL.say(language) }
                    </Button>
                    <Button test="case-confirm" submit=true busy={props.busy}>{ words::CLOSE.say(language) }</Button>
                </div>
            </form>
        </Dialog>
    }
}
