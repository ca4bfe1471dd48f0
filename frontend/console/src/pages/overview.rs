//! The last hour in numbers and pictures, the edges, and the participants.

use senim_core::feed::reach::ReachView;
use senim_core::monitoring::view::{EdgeView, OverviewView};
use senim_core::text::Language;
use senim_kit::components::{Badge, Card, Notice, Reached, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use yew::prelude::*;

use super::participants::Participants;
use crate::chart::{Chart, Series};
use crate::words;

const REFRESH_MS: u32 = 3_000;
/// As many as an answer tells.
const MINUTES: usize = 60;
/// An edge without a stream for longer refuses requests (`registry_stale_s`).
const EDGE_STALE_S: i64 = 5;

#[derive(Properties, PartialEq)]
pub(crate) struct OverviewPageProps {
    pub onsignedout: Callback<()>,
}

#[function_component]
pub(crate) fn OverviewPage(props: &OverviewPageProps) -> Html {
    let language = use_language();
    let overview = use_resource::<OverviewView>("/api/console/overview", Some(REFRESH_MS));
    {
        let onsignedout = props.onsignedout.clone();
        let over = overview.trouble.as_ref().is_some_and(senim_kit::api::Trouble::signed_out);
        use_effect_with(over, move |&over| {
            if over {
                onsignedout.emit(());
            }
        });
    }
    let view = overview.value.as_deref();
    // As long as with a time, so that the line breaks where it will.
    let time = view.map_or_else(|| "––:––:––".to_owned(), |it| moment::time(it.now));
    let updated = match (view, &overview.trouble) {
        (Some(_), Some(_)) => words::STALE,
        (Some(_), None) | (None, _) => words::UPDATED,
    };
    let updated = updated.fill(language, &[("time", &time)]);
    let unread = overview.trouble.as_ref().filter(|_| view.is_none());
    html! {
        <>
            <div class="row row-spread">
                <h1>{ words::LAST_HOUR.say(language) }</h1>
                <p class="soft">{ updated }</p>
            </div>
            if let Some(trouble) = unread {
                <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
            }
            { numbers(view, language) }
            { pictures(view, language) }
            { edges(view, language) }
            <Nodes />
            <Participants />
        </>
    }
}

/// Before the first answer everything has its place, so that nothing jumps.
fn numbers(view: Option<&OverviewView>, language: Language) -> Html {
    let count =
        |of: fn(&OverviewView) -> u64| view.map_or_else(|| "–".to_owned(), |it| of(it).to_string());
    let sessions = format!(
        "{}: {} · {}: {}",
        words::SESSIONS_PASSED.say(language),
        count(|it| it.sessions_passed.iter().sum()),
        words::SESSIONS_FAILED.say(language),
        count(|it| it.sessions_failed.iter().sum()),
    );
    let refused = format!(
        "{}: {}",
        words::REQUESTS_REFUSED.say(language),
        count(|it| it.requests_refused.iter().sum()),
    );
    let suspended =
        format!("{}: {}", words::SUSPENDED.say(language), count(|it| it.participants_suspended));
    let started = count(|it| it.sessions_started.iter().sum());
    let answered = count(|it| it.requests_answered.iter().sum());
    html! {
        <dl class="stats">
            { number(words::SESSIONS.say(language), &started, &sessions, "stat-sessions") }
            { number(words::REQUESTS.say(language), &answered, &refused, "stat-requests") }
            { number(words::CONSENTS_ACTIVE.say(language), &count(|it| it.consents_active), "", "stat-consents") }
            { number(words::PARTICIPANTS.say(language), &count(|it| it.participants_active), &suspended, "stat-participants") }
        </dl>
    }
}

fn number(name: &'static str, value: &str, more: &str, test: &'static str) -> Html {
    html! {
        <div class="stat" data-test={test}>
            <dt>{ name }</dt>
            <dd>{ value }<small>{ more }</small></dd>
        </div>
    }
}

fn pictures(view: Option<&OverviewView>, language: Language) -> Html {
    let minutes = |of: fn(&OverviewView) -> &Vec<u64>| {
        view.map_or_else(|| vec![0; MINUTES], |it| of(it).clone())
    };
    let sessions = vec![
        Series {
            name: words::SESSIONS_PASSED,
            class: "chart-1",
            minutes: minutes(|it| &it.sessions_passed),
        },
        Series {
            name: words::SESSIONS_FAILED,
            class: "chart-bad",
            minutes: minutes(|it| &it.sessions_failed),
        },
    ];
    let requests = vec![
        Series {
            name: words::REQUESTS_ANSWERED,
            class: "chart-1",
            minutes: minutes(|it| &it.requests_answered),
        },
        Series {
            name: words::REQUESTS_REFUSED,
            class: "chart-bad",
            minutes: minutes(|it| &it.requests_refused),
        },
    ];
    html! {
        <div class="charts">
            <Card class="card-small">
                <Chart id="sessions" title={words::SESSIONS.say(language)} series={sessions} />
            </Card>
            <Card class="card-small">
                <Chart id="requests" title={words::REQUESTS.say(language)} series={requests} />
            </Card>
        </div>
    }
}

fn edges(view: Option<&OverviewView>, language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="edges">
            <h2 id="edges">{ words::EDGES.say(language) }</h2>
            <div class="edges-place">
                if let Some(view) = view {
                    if view.edges.is_empty() {
                        <p class="soft">{ words::EDGES_NONE.say(language) }</p>
                    }
                    <ul class="edges">
                        for edge in view.edges.iter() {
                            <li key={edge.name.clone()} data-test="edge-row">
                                <strong>{ &edge.name }</strong>
                                { freshness((view.now - edge.seen_at).num_seconds().max(0), language) }
                                if let Some(gate) = gate(edge) {
                                    <span class="soft" data-test="edge-gate">
                                        { format!("{}: {gate}", words::EDGE_GATE.say(language)) }
                                    </span>
                                }
                                if edge.uses_set_aside > 0 {
                                    <Badge tone={Tone::Bad}>
                                        { format!("{}: {}", words::EDGE_SET_ASIDE.say(language), edge.uses_set_aside) }
                                    </Badge>
                                }
                            </li>
                        }
                    </ul>
                }
            </div>
        </section>
    }
}

/// Its version, or where nobody signed it the beginning of its digest.
fn gate(edge: &EdgeView) -> Option<String> {
    let digest = edge.gate_digest.as_ref().map(|it| it.chars().take(12).collect());
    edge.gate_version.clone().or(digest)
}

/// Which nodes know all that was done until now.
#[function_component]
fn Nodes() -> Html {
    let nodes = use_resource::<ReachView>("/api/console/nodes", Some(REFRESH_MS));
    match nodes.value.as_deref().filter(|it| !it.nodes.is_empty()) {
        Some(view) => html! { <Reached view={view.clone()} done={words::NODES_DONE} /> },
        None => Html::default(),
    }
}

fn freshness(seconds: i64, language: Language) -> Html {
    let (tone, word) = if seconds > EDGE_STALE_S {
        (Tone::Bad, words::EDGE_STALE)
    } else {
        (Tone::Good, words::EDGE_FRESH)
    };
    let ago = moment::ago(u32::try_from(seconds).unwrap_or(u32::MAX), language);
    html! {
        <>
            <span class="soft">{ ago }</span>
            <Badge {tone}>{ word.say(language) }</Badge>
        </>
    }
}
