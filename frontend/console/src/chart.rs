//! Sixty minutes as stacked bars, and the same numbers as a table.

use senim_kit::language::use_language;
use senim_kit::words::Word;
use yew::prelude::*;

use crate::words;

const WIDTH: u64 = 480;
const HEIGHT: u64 = 170;
/// What is left for the bars: labels stand to their left and below.
const LEFT: u64 = 34;
const TOP: u64 = 10;
const BARS: u64 = 128;

#[derive(Clone, PartialEq)]
pub(crate) struct Series {
    pub name: Word,
    pub class: &'static str,
    /// Oldest first.
    pub minutes: Vec<u64>,
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChartProps {
    pub id: AttrValue,
    pub title: AttrValue,
    /// From the ground up.
    pub series: Vec<Series>,
}

#[function_component]
pub(crate) fn Chart(props: &ChartProps) -> Html {
    let language = use_language();
    let heading = format!("{}-chart", props.id);
    let (count, top) = (length(&props.series), ceiling(highest(&props.series)));
    let quiet = highest(&props.series) == 0;
    html! {
        <>
            <h2 id={heading.clone()}>
                { props.title.clone() }{ " " }<small class="soft">{ words::PER_MINUTE.say(language) }</small>
            </h2>
            <svg class="chart" viewBox={format!("0 0 {WIDTH} {HEIGHT}")} role="img" aria-labelledby={heading}>
                for (part, line) in [(0, top), (1, top / 2), (2, 0)] {
                    <line
                        class="grid"
                        x1={LEFT.to_string()}
                        x2={WIDTH.to_string()}
                        y1={(TOP + BARS * part / 2).to_string()}
                        y2={(TOP + BARS * part / 2).to_string()}
                    />
                    <text x={(LEFT - 6).to_string()} y={(TOP + BARS * part / 2 + 4).to_string()} text-anchor="end">
                        { line }
                    </text>
                }
                { bars(&props.series, count, top) }
                <text x={LEFT.to_string()} y={(HEIGHT - 8).to_string()}>
                    { words::MINUTES_AGO.fill(language, &[("count", &count.to_string())]) }
                </text>
                <text x={WIDTH.to_string()} y={(HEIGHT - 8).to_string()} text-anchor="end">
                    { words::NOW.say(language) }
                </text>
            </svg>
            <ul class="legend">
                for it in props.series.iter() {
                    <li>
                        <svg viewBox="0 0 12 12" aria-hidden="true" focusable="false">
                            <rect class={it.class} width="12" height="12" rx="3" />
                        </svg>
                        { it.name.say(language) }
                    </li>
                }
            </ul>
            if quiet {
                <p class="soft chart-quiet">{ words::QUIET.say(language) }</p>
            } else {
                <details>
                    <summary>{ words::AS_TABLE.say(language) }</summary>
                    <div class="scroll" tabindex="0" role="region" aria-label={props.title.clone()}>
                        <Numbers series={props.series.clone()} />
                    </div>
                </details>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct NumbersProps {
    series: Vec<Series>,
}

/// Only minutes in which something happened: the rest would bury them.
#[function_component]
fn Numbers(props: &NumbersProps) -> Html {
    let language = use_language();
    let count = length(&props.series);
    let told = (0..count).rev().filter(|&it| props.series.iter().any(|one| at(one, it) > 0));
    html! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{ words::MINUTE.say(language) }</th>
                    for it in props.series.iter() {
                        <th scope="col" class="number">{ it.name.say(language) }</th>
                    }
                </tr>
            </thead>
            <tbody>
                for minute in told {
                    <tr key={count - minute}>
                        <th scope="row">
                            { words::MINUTES_AGO.fill(language, &[("count", &(count - 1 - minute).to_string())]) }
                        </th>
                        for it in props.series.iter() {
                            <td class="number" data-name={it.name.say(language)}>{ at(it, minute) }</td>
                        }
                    </tr>
                }
            </tbody>
        </table>
    }
}

fn bars(series: &[Series], count: usize, top: u64) -> Html {
    // In tenths of a unit, so that sixty bars share the width evenly.
    let step = (WIDTH - LEFT) * 10 / count.max(1) as u64;
    html! {
        for minute in 0..count {
            <g key={minute}>{ bar(series, minute, step, top) }</g>
        }
    }
}

fn bar(series: &[Series], minute: usize, step: u64, top: u64) -> Html {
    let left = LEFT * 10 + step * minute as u64;
    let mut ground = TOP + BARS;
    let mut parts = Vec::new();
    for one in series {
        let value = at(one, minute);
        if value == 0 {
            continue;
        }
        // Something that happened is seen, however small beside the rest.
        let height = (value * BARS / top).max(2).min(ground - TOP.min(ground));
        ground -= height;
        parts.push(html! {
            <rect
                class={one.class}
                x={tenths(left)}
                y={ground.to_string()}
                width={tenths(step.saturating_sub(15).max(10))}
                height={height.to_string()}
                rx="1"
            />
        });
    }
    parts.into_iter().collect()
}

fn tenths(value: u64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn length(series: &[Series]) -> usize {
    series.iter().map(|it| it.minutes.len()).max().unwrap_or(0)
}

fn at(series: &Series, minute: usize) -> u64 {
    series.minutes.get(minute).copied().unwrap_or(0)
}

fn highest(series: &[Series]) -> u64 {
    (0..length(series)).map(|it| series.iter().map(|one| at(one, it)).sum()).max().unwrap_or(0)
}

/// The scale's end: an even, round number not below the highest bar.
fn ceiling(highest: u64) -> u64 {
    let mut unit = 1;
    loop {
        for times in [2, 4, 6, 10] {
            if unit * times >= highest {
                return unit * times;
            }
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number_that_halves() {
        let ends = [0, 1, 3, 5, 7, 10, 11, 47, 61, 999].map(ceiling);
        assert_eq!(ends, [2, 2, 4, 6, 10, 10, 20, 60, 100, 1000]);
        assert!(ends.iter().all(|it| it % 2 == 0));
    }

    #[test]
    fn the_highest_bar_is_the_sum_of_its_parts() {
        let one = |minutes| Series { name: words::NOW, class: "", minutes };
        assert_eq!(highest(&[one(vec![1, 5]), one(vec![4, 2])]), 7);
        assert_eq!(highest(&[]), 0);
    }
}
