//! How many matches a minute one thread makes, with either runtime (BIO-3 wants 100).

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Faces, FacesError};

const MATCHES_A_MINUTE_MIN: f64 = 100.0;

/// One JSON object a metric. A match is two JPEGs in, a degree out: `people_dir`'s `person_a_2` and `person_b_2`.
pub fn run(
    models_dir: &Path,
    onnxruntime: Option<&Path>,
    people_dir: &Path,
) -> Result<Value, FacesError> {
    let picture = |name: &str| {
        let path = people_dir.join(name);
        fs::read(&path).map_err(|it| FacesError::Unreadable { path, reason: it.to_string() })
    };
    let pair = [picture("person_a_2.jpg")?, picture("person_b_2.jpg")?];
    let embedded = matches_a_minute(&Faces::open(models_dir, None)?, &pair)?;
    let mut metrics = vec![rate("rten", embedded)];
    if onnxruntime.is_some() {
        let native = matches_a_minute(&Faces::open(models_dir, onnxruntime)?, &pair)?;
        metrics.push(rate("ort", native));
        metrics.push(json!({
            "bench": "faces", "metric": "rten_vs_ort", "value": rounded(embedded / native, 2), "unit": "ratio",
        }));
    }
    Ok(Value::Array(metrics))
}

fn rate(runtime: &str, value: f64) -> Value {
    json!({
        "bench": "faces", "metric": format!("matches_per_minute_{runtime}"), "value": rounded(value, 0),
        "unit": "1/min", "goal": ">=100", "ok": value >= MATCHES_A_MINUTE_MIN,
    })
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn matches_a_minute(faces: &Faces, [probe, reference]: &[Vec<u8>; 2]) -> Result<f64, FacesError> {
    const WARM_UP: u32 = 2;
    const MEASURED: Duration = Duration::from_secs(3);

    let one = || faces.degree(probe, reference).map_err(FacesError::Picture);
    for _ in 0..WARM_UP {
        one()?;
    }
    let start = Instant::now();
    let mut matches = 0_u32;
    while start.elapsed() < MEASURED {
        one()?;
        matches += 1;
    }
    Ok(f64::from(matches) * 60.0 / start.elapsed().as_secs_f64())
}

fn rounded(value: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (value * unit).round() / unit
}
