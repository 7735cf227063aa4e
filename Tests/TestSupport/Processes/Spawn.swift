import Glibc
import Synchronization

/// posix_spawn(3) with what a server needs: no signal blocked (a thread of Swift's pool blocks most of them, and
/// children inherit that), standard input empty, output and error in a file, and nothing else open: a child that took a
/// listening socket along would keep its port, and a server of another test could not start.
enum Spawn {
    /// Returns 0 or an errno.
    static func start(
        _ executable: String, _ arguments: [String], _ environment: [String], _ log: String, _ processID: inout pid_t
    )
        -> Int32
    {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // `addclosefrom_np` would say this in one line; Swift's Glibc module does not have it. Closing what has been
        // closed since is no error.
        for descriptor in openDescriptors() where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A process group of its own, so that a Ctrl-C in the terminal reaches the tests, which then decide.
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        return withCStrings([executable] + arguments) { argv in
            withCStrings(environment) { envp in
                posix_spawnp(&processID, executable, &actions, &attributes, argv, envp)
            }
        }
    }

    private static func openDescriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let descriptor = Int32(name) { found.append(descriptor) }
        }
        return found
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for copy in copies { free(copy) } }
        // The array is never empty, it ends with nil, so the buffer has an address.
        return copies.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
}

/// Children still running when the test process exits: none may outlive it.
enum Orphans {
    private static let children: Mutex<Set<pid_t>> = {
        atexit { Orphans.killAll() }
        return Mutex([])
    }()

    static func add(_ processID: pid_t) {
        children.withLock { _ = $0.insert(processID) }
    }

    static func remove(_ processID: pid_t) {
        children.withLock { _ = $0.remove(processID) }
    }

    private static func killAll() {
        children.withLock { children in
            for child in children { kill(child, SIGKILL) }
            children.removeAll()
        }
    }
}
