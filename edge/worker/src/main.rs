//! The Worker that is deployed. Its entries are exports of the library.

#![no_main]

use senim_worker as _;
