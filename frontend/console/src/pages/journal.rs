//! What was done, by whom, to what: newest first, searched and paged.

use std::rc::Rc;

use senim_core::journal::view::{JournalRecordView, JournalView};
use senim_core::text::Language;
use senim_kit::api::query;
use senim_kit::components::{Button, ButtonKind, Card, Field, Notice, Spinner, Table, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use serde_json::Value;
use yew::prelude::*;

use crate::words;

const REFRESH_MS: u32 = 4_000;
const PAGE: &str = "50";

#[derive(Properties, PartialEq)]
pub(crate) struct JournalPageProps {
    pub onsignedout: Callback<()>,
}

#[function_component]
pub(crate) fn JournalPage(props: &JournalPageProps) -> Html {
    let language = use_language();
    let search = use_state(String::new);
    let before = use_state(|| None::<u64>);
    let position = before.map(|it| it.to_string()).unwrap_or_default();
    let path = query(
        "/api/console/journal",
        &[("search", search.trim()), ("before", &position), ("limit", PAGE)],
    );
    // Only the newest page changes.
    let journal = use_resource::<JournalView>(&path, before.is_none().then_some(REFRESH_MS));
    {
        let onsignedout = props.onsignedout.clone();
        let over = journal.trouble.as_ref().is_some_and(senim_kit::api::Trouble::signed_out);
        use_effect_with(over, move |&over| {
            if over {
                onsignedout.emit(());
            }
        });
    }
    let (shown, newer) = use_shown(&path, journal.value.clone().filter(|_| journal.fresh));
    let oninput = {
        let (search, before) = (search.clone(), before.clone());
        Callback::from(move |text| {
            search.set(text);
            before.set(None);
        })
    };
    let newest = {
        let before = before.clone();
        Callback::from(move |()| before.set(None))
    };
    let older = {
        let before = before.clone();
        let next = shown.as_ref().and_then(|it| it.next);
        next.map(|next| Callback::from(move |()| before.set(Some(next))))
    };
    let records = match (&shown, &journal.trouble) {
        (Some(view), _) => records(view, language),
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <>
            <h1>{ words::JOURNAL.say(language) }</h1>
            <div class="search">
                <Field
                    id="search"
                    test="journal-search"
                    kind="search"
                    label={words::SEARCH.say(language)}
                    hint={words::SEARCH_HINT.say(language)}
                    value={(*search).clone()}
                    {oninput}
                />
            </div>
            <div class="newer">
                if let Some(onclick) = newer {
                    <Button kind={ButtonKind::Quiet} test="journal-newer" {onclick}>
                        { words::NEWER.say(language) }
                    </Button>
                }
            </div>
            <Card>
                { records }
                <div class="actions">
                    if before.is_some() {
                        <Button kind={ButtonKind::Secondary} test="journal-newest" onclick={newest}>
                            { words::NEWEST.say(language) }
                        </Button>
                    }
                    if let Some(onclick) = older {
                        <Button kind={ButtonKind::Secondary} test="journal-older" {onclick}>
                            { words::OLDER.say(language) }
                        </Button>
                    }
                </div>
            </Card>
        </>
    }
}

/// `latest` is of this path. The records in sight stay where they are while newer ones come: those are shown when the reader asks for them.
#[hook]
fn use_shown(
    path: &str,
    latest: Option<Rc<JournalView>>,
) -> (Option<Rc<JournalView>>, Option<Callback<()>>) {
    let shown = use_state(|| None::<(String, Rc<JournalView>)>);
    {
        let (path, shown, latest) = (path.to_owned(), shown.clone(), latest.clone());
        use_effect_with((path.clone(), latest.is_some()), move |_| {
            let same = shown.as_ref().is_some_and(|(of, _)| *of == path);
            if let (false, Some(latest)) = (same, latest) {
                shown.set(Some((path, latest)));
            }
        });
    }
    let first = |it: &JournalView| it.records.first().map(|it| it.position);
    let newer = match (shown.as_ref(), latest) {
        (Some((of, old)), Some(new)) if of == path && first(old) != first(&new) => {
            let (of, shown) = (of.clone(), shown.setter());
            Some(Callback::from(move |()| shown.set(Some((of.clone(), new.clone())))))
        }
        _ => None,
    };
    (shown.as_ref().map(|(_, view)| view.clone()), newer)
}

fn records(view: &JournalView, language: Language) -> Html {
    if view.records.is_empty() {
        return html! {
            <p class="soft" role="status" data-test="journal-empty">{ words::FOUND_NONE.say(language) }</p>
        };
    }
    html! {
        <Table heads={vec![words::WHEN, words::ACTION, words::WHO, words::SUBJECT, words::FIELDS]}>
            for it in view.records.iter() {
                { record(it, language) }
            }
        </Table>
    }
}

fn record(it: &JournalRecordView, language: Language) -> Html {
    html! {
        <tr key={it.id.clone()} data-test="journal-row" data-event={it.event.clone()}>
            <td class="when" data-name={words::WHEN.say(language)}>{ moment::stamp(it.at) }</td>
            <th scope="row" class="table-name">{ &it.event }</th>
            <td class="table-name" data-name={words::WHO.say(language)}>{ &it.actor }</td>
            <td class="table-subject mono" data-name={words::SUBJECT.say(language)}>{ &it.subject }</td>
            <td class="table-fields mono">{ fields(&it.fields) }</td>
        </tr>
    }
}

/// `route=accounts status=200`: flat, as the journal keeps them.
fn fields(fields: &Value) -> String {
    let Value::Object(fields) = fields else { return String::new() };
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| format!("{name}={}", said(value)))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_as_names_and_values() {
        let value = serde_json::json!({"route": "accounts", "status": 200, "problem": null});
        assert_eq!(fields(&value), "route=accounts status=200");
        assert_eq!(fields(&Value::Null), "");
    }
}
