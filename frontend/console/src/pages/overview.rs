//! The last hour in numbers and pictures, the edges, and the participants.

use senim_core::Timestamp;
use senim_core::monitoring::view::{EdgeView, OverviewView};
use senim_core::text::Language;
use senim_kit::components::{Badge, Card, Notice, Spinner, Tone};
use senim_kit::language::use_language;
use senim_kit::moment;
use senim_kit::resource::use_resource;
use senim_kit::words::console;
use yew::prelude::*;

use super::participants::Participants;
use crate::chart::{Chart, Series};

const REFRESH_MS: u32 = 3_000;
/// An edge that has not fetched for longer refuses requests (`registry_stale_s`).
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
    let hour = match (&overview.value, &overview.trouble) {
        (Some(view), trouble) => {
            let time = moment::time(view.now);
            let updated = if trouble.is_some() { console::STALE } else { console::UPDATED };
            let updated = updated.fill(language, &[("time", &time)]);
            html! {
                <>
                    <div class="row row-spread">
                        <h1>{ console::LAST_HOUR.say(language) }</h1>
                        <p class="soft">{ updated }</p>
                    </div>
                    { numbers(view, language) }
                    { pictures(view, language) }
                    { edges(&view.edges, view.now, language) }
                </>
            }
        }
        (None, Some(trouble)) => html! {
            <Notice tone={Tone::Bad}>{ trouble.sentence(language) }</Notice>
        },
        (None, None) => html! { <Spinner /> },
    };
    html! {
        <>
            { hour }
            <Participants />
        </>
    }
}

fn numbers(view: &OverviewView, language: Language) -> Html {
    let sum = |minutes: &[u64]| minutes.iter().sum::<u64>().to_string();
    let sessions = format!(
        "{}: {} · {}: {}",
        console::SESSIONS_PASSED.say(language),
        sum(&view.sessions_passed),
        console::SESSIONS_FAILED.say(language),
        sum(&view.sessions_failed),
    );
    let refused =
        format!("{}: {}", console::REQUESTS_REFUSED.say(language), sum(&view.requests_refused));
    let suspended =
        format!("{}: {}", console::SUSPENDED.say(language), view.participants_suspended);
    html! {
        <dl class="stats">
            { number(console::SESSIONS.say(language), &sum(&view.sessions_started), &sessions, "stat-sessions") }
            { number(console::REQUESTS.say(language), &sum(&view.requests_answered), &refused, "stat-requests") }
            { number(console::CONSENTS_ACTIVE.say(language), &view.consents_active.to_string(), "", "stat-consents") }
            { number(console::PARTICIPANTS.say(language), &view.participants_active.to_string(), &suspended, "stat-participants") }
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

fn pictures(view: &OverviewView, language: Language) -> Html {
    let sessions = vec![
        Series {
            name: console::SESSIONS_PASSED,
            class: "chart-1",
            minutes: view.sessions_passed.clone(),
        },
        Series {
            name: console::SESSIONS_FAILED,
            class: "chart-bad",
            minutes: view.sessions_failed.clone(),
        },
    ];
    let requests = vec![
        Series {
            name: console::REQUESTS_ANSWERED,
            class: "chart-1",
            minutes: view.requests_answered.clone(),
        },
        Series {
            name: console::REQUESTS_REFUSED,
            class: "chart-bad",
            minutes: view.requests_refused.clone(),
        },
    ];
    html! {
        <div class="charts">
            <Card class="card-small">
                <Chart id="sessions" title={console::SESSIONS.say(language)} series={sessions} />
            </Card>
            <Card class="card-small">
                <Chart id="requests" title={console::REQUESTS.say(language)} series={requests} />
            </Card>
        </div>
    }
}

fn edges(edges: &[EdgeView], now: Timestamp, language: Language) -> Html {
    html! {
        <section class="stack" aria-labelledby="edges">
            <h2 id="edges">{ console::EDGES.say(language) }</h2>
            if edges.is_empty() {
                <p class="soft">{ console::EDGES_NONE.say(language) }</p>
            }
            <ul class="edges">
                for edge in edges.iter() {
                    <li key={edge.name.clone()} data-test="edge-row">
                        <strong>{ &edge.name }</strong>
                        { freshness((now - edge.seen_at).num_seconds().max(0), language) }
                        if edge.uses_set_aside > 0 {
                            <Badge tone={Tone::Bad}>
                                { format!("{}: {}", console::EDGE_SET_ASIDE.say(language), edge.uses_set_aside) }
                            </Badge>
                        }
                    </li>
                }
            </ul>
        </section>
    }
}

fn freshness(seconds: i64, language: Language) -> Html {
    let (tone, word) = if seconds > EDGE_STALE_S {
        (Tone::Bad, console::EDGE_STALE)
    } else {
        (Tone::Good, console::EDGE_FRESH)
    };
    let ago = moment::ago(u32::try_from(seconds).unwrap_or(u32::MAX), language);
    html! {
        <>
            <span class="soft">{ ago }</span>
            <Badge {tone}>{ word.say(language) }</Badge>
        </>
    }
}
