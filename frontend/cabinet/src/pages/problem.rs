//! What the server could not show a page for: an address that leads nowhere, a link that does not work.

use senim_core::problem::Problem;
use senim_kit::components::{Card, Frame, NotFound};
use senim_kit::language::use_language;
use senim_kit::words::{common, problems};
use yew::prelude::*;

use crate::words::identity;

#[derive(Properties, PartialEq)]
pub(crate) struct ProblemPageProps {
    /// Its code.
    pub code: AttrValue,
}

#[function_component]
pub(crate) fn ProblemPage(props: &ProblemPageProps) -> Html {
    let language = use_language();
    let problem = Problem::by_code(&props.code);
    if problem == Some(Problem::NotFound) {
        return html! {
            <Frame title={common::NOT_FOUND_TITLE.say(language)} home="/"><NotFound home="/" /></Frame>
        };
    }
    let sentence = problems::sentence(&props.code, language)
        .or(problem.map(Problem::title))
        .unwrap_or(problems::PLATFORM.say(language));
    html! {
        <Frame title={identity::LINK_TITLE.say(language)} home="/">
            <Card>
                <div class="stack" data-test="problem-page" data-problem={props.code.clone()}>
                    <h1>{ identity::LINK_TITLE.say(language) }</h1>
                    <p role="alert">{ sentence }</p>
                    <p><a href="/">{ common::TO_START.say(language) }</a></p>
                </div>
            </Card>
        </Frame>
    }
}
