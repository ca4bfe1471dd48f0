//! What consumers have not acknowledged, and what they have not attested as deleted (OAPI-5).

use senim_core::signals::view::NoticeView;
use senim_core::text::Language;
use senim_kit::api::Trouble;
use senim_kit::components::{Badge, Card, Notice, Spinner, Table, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::words::Word;
use yew::prelude::*;

use super::cases::Cases;
use crate::words::notices as words;

const REFRESH_MS: u32 = 5_000;

#[derive(Properties, PartialEq)]
pub(crate) struct NoticesPageProps {
    pub onsignedout: Callback<()>,
}

#[function_component]
pub(crate) fn NoticesPage(props: &NoticesPageProps) -> Html {
    let language = use_language();
    let notices = use_resource::<Vec<NoticeView>>("/api/console/notices", Some(REFRESH_MS));
    let signed_out = notices.trouble.as_ref().is_some_and(Trouble::signed_out);
    let onsignedout = props.onsignedout.clone();
    use_effect_with(signed_out, move |&signed_out| {
        if signed_out {
            onsignedout.emit(());
        }
    });
    let list = match (&notices.value, &notices.trouble) {
        (Some(list), _) if list.is_empty() => html! {
            <p class="soft" data-test="notices-empty">{ words::NONE.say(language) }</p>
        },
        (Some(list), _) => table(list, language),
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <>
            <Card>
                <h1 tabindex="-1">{ words::TITLE.say(language) }</h1>
                <p class="soft">{ words::LEAD.say(language) }</p>
                { list }
            </Card>
            <Cases />
        </>
    }
}

fn table(list: &[NoticeView], language: Language) -> Html {
    let heads = vec![words::CONSUMER, words::CONSENT, words::ENDED, words::TOLD, words::DELETION];
    html! {
        <Table {heads}>
            for it in list.iter() {
                { row(it, language) }
            }
        </Table>
    }
}

fn row(it: &NoticeView, language: Language) -> Html {
    let cell = |name: Word, value: Html| {
        html! { <td data-name={name.say(language)}>{ value }</td> }
    };
    let (tone, word) =
        if it.deletion.overdue { (Tone::Bad, words::OVERDUE) } else { (Tone::Quiet, words::DUE) };
    let due = moment::date_time(it.deletion.delete_by, language);
    html! {
        <tr data-test="notice-row" data-consent={it.consent.to_string()} data-overdue={it.deletion.overdue.to_string()}>
            { cell(words::CONSUMER, html! { <>{ &it.consumer.name }<small>{ &it.application }</small></> }) }
            { cell(words::CONSENT, html! { <span class="mono">{ it.consent.to_string() }</span> }) }
            { cell(words::ENDED, html! { { moment::date_time(it.deletion.asked_at, language) } }) }
            { cell(words::TOLD, told(it, language)) }
            { cell(words::DELETION, html! {
                <Badge {tone}>{ word.fill(language, &[("by", &due)]) }</Badge>
            }) }
        </tr>
    }
}

fn told(it: &NoticeView, language: Language) -> Html {
    if let Some(at) = it.deletion.acknowledged_at {
        let at = moment::date_time(at, language);
        return html! { { words::ACKNOWLEDGED.fill(language, &[("at", &at)]) } };
    }
    let tries = it.tries.to_string();
    html! {
        <>
            <Badge tone={Tone::Warn}>{ words::UNACKNOWLEDGED.fill(language, &[("count", &tries)]) }</Badge>
            if let Some(fault) = &it.fault {
                <small class="mono">{ fault }</small>
            }
        </>
    }
}
