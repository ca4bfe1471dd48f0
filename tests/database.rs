//! Both engines for every store test: SQLite in a file, and a PostgreSQL of the test binary's own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs `body` once an engine, each time with the address of an empty database.
pub(crate) async fn on_each(body: impl AsyncFn(&str)) {
    let folder =
        std::env::temp_dir().join(format!("senim-sqlite-{}-{}", std::process::id(), turn()));
    std::fs::create_dir_all(&folder).expect("a folder");
    body(&format!("sqlite:{}", folder.join("test.db").display())).await;
    // Left behind where the body fell over: the file may be wanted.
    let _ = std::fs::remove_dir_all(&folder);
    body(&Postgres::running().empty_database()).await;
}

fn turn() -> u32 {
    static TURN: AtomicU32 = AtomicU32::new(0);
    TURN.fetch_add(1, Ordering::SeqCst)
}

/// A server that listens on a socket only, and stops when the process that started it is gone.
struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    /// Its standard input is what ends the server: it closes with this process.
    _keeper: Child,
}

/// Its arguments: the programs' folder, the server's folder, and who runs it (`runuser …` or nothing).
const KEEPER: &str = r#"
    trap '' INT
    bin=$1 folder=$2
    shift 2
    "$@" "$bin/initdb" -D "$folder/data" -A trust -U app --no-sync -E UTF8 --locale=C.UTF-8 >"$folder/init.log" 2>&1 &&
    "$@" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
        -o "-c listen_addresses='' -k $folder -c fsync=off -c max_connections=400" start >>"$folder/init.log" 2>&1 &&
    echo ready
    cat >/dev/null
    "$@" "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1
    rm -rf "$folder"
"#;

impl Postgres {
    fn running() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn start() -> Self {
        let bin = programs();
        // A socket's path is short, or it can't be opened.
        let folder = Path::new("/tmp").join(format!("senim-pg-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "keeper"]).arg(&bin).arg(&folder);
        if is_root() {
            // PostgreSQL refuses to run as root.
            let given = Command::new("chown").arg("postgres").arg(&folder).status();
            assert!(given.is_ok_and(|it| it.success()), "the user `postgres` is missing");
            keeper.args(["runuser", "-u", "postgres", "--"]);
        } else {
            keeper.arg("env");
        }
        let mut keeper =
            keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sh runs");
        let mut said = String::new();
        let out = keeper.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut said).expect("the keeper speaks");
        assert_eq!(said.trim(), "ready", "PostgreSQL does not start: see {}", folder.display());
        Self { bin, folder, _keeper: keeper }
    }

    fn empty_database(&self) -> String {
        let name = format!("t{}", turn());
        let made = Command::new(self.bin.join("createdb"))
            .arg("-h")
            .arg(&self.folder)
            .args(["-U", "app", &name])
            .status();
        assert!(made.is_ok_and(|it| it.success()), "no database could be made");
        format!("postgres://app@localhost/{name}?host={}", self.folder.display())
    }
}

/// The newest PostgreSQL of the machine.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|it| it.path().join("bin")).collect();
    found.retain(|it| it.join("initdb").is_file());
    found.sort();
    found.pop().expect("PostgreSQL is missing: `cargo xtask setup` installs it")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout == b"0\n")
}
