//! Whether a photo shows one face, by the detector that the platform uses: a register with another photo is of no use.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use rten::{Model, Value, ValueOrView};
use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;
use senim_core::photo::{Answer, DETECTOR_SIDE, Image, Net, Nets, counted, detect};

pub struct Detector(Model);

impl Detector {
    /// `models` holds `yunet.onnx`; `None` where the platform's models are not there, as in tests of the world alone.
    pub fn open(models: &Path) -> Result<Option<Self>> {
        let path = models.join("yunet.onnx");
        if !path.exists() {
            return Ok(None);
        }
        let model = Model::load_file(&path).with_context(|| path.display().to_string())?;
        Ok(Some(Self(model)))
    }

    /// Blocking work for a processor.
    pub fn sees_one_face(&self, jpeg: &[u8]) -> Result<bool> {
        let picture = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg)?;
        let rgb = picture.into_rgb8();
        let (width, height) = (rgb.width() as usize, rgb.height() as usize);
        let picture = Image::new(width, height, rgb.into_raw()).map_err(|it| anyhow!("{it}"))?;
        let faces = detect(self, &picture, DETECTOR_SIDE)?;
        Ok(counted(&faces).len() == 1)
    }
}

impl Nets for Detector {
    type Error = anyhow::Error;

    fn run(&self, net: Net, input: &[f32], shape: [usize; 4]) -> Result<Answer> {
        anyhow::ensure!(net == Net::Detector, "only faces are looked for");
        anyhow::ensure!(input.len() == shape.iter().product::<usize>(), "not of its shape");
        let &place = self.0.input_ids().first().context("no input")?;
        let tensor = NdTensorView::from_data(shape, input);
        let outputs = self.0.output_ids();
        let values =
            self.0.run(vec![(place, ValueOrView::from(tensor.as_dyn()))], outputs, None)?;
        let named = outputs.iter().zip(values).map(|(&id, value)| {
            let name = self.0.node_info(id).and_then(|it| it.name().map(str::to_owned));
            let Value::FloatTensor(numbers) = value else { anyhow::bail!("not of floats") };
            Ok((name.unwrap_or_default(), numbers.to_vec()))
        });
        named.collect()
    }
}
