import Glibc

/// What the operating system knows of this process and its disk, read from `/proc` at each scrape.
public struct ProcessMetrics: Sendable {
    private let registry: PrometheusRegistry
    private let folder: String

    /// - Parameter folder: the free space of the disk it lies on is shown.
    public init(registry: PrometheusRegistry, folder: String = ".") {
        self.registry = registry
        self.folder = folder
    }

    /// Has the registry read them before each exposition.
    public func install() {
        registry.describe("process_resident_memory_bytes", "Memory the process holds.")
        registry.describe("process_cpu_seconds_total", "Processor time the process has used since its start.")
        registry.describe("process_open_fds", "Open file descriptors.")
        registry.describe("process_threads", "Threads of the process.")
        registry.describe("disk_free_bytes", "Space left on the disk the process works on.")
        registry.onScrape { collect() }
    }

    private func collect() {
        if let status = Self.contents(of: "/proc/self/statm"),
            let pages = status.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        {
            set("process_resident_memory_bytes", pages * Double(sysconf(Int32(_SC_PAGESIZE))))
        }
        var usage = rusage()
        if getrusage(RUSAGE_SELF.rawValue, &usage) == 0 {
            registry.counter("process_cpu_seconds", [])?.advance(
                to: Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime))
        }
        set("process_open_fds", Double(Self.entries(of: "/proc/self/fd")))
        set("process_threads", Double(Self.entries(of: "/proc/self/task")))
        var disk = statvfs()
        if statvfs(folder, &disk) == 0 {
            set("disk_free_bytes", Double(disk.f_bavail) * Double(disk.f_frsize))
        }
    }

    private func set(_ name: String, _ value: Double) {
        registry.gauge(name, [])?.set(value)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
    }

    /// Files of `/proc` have no size of their own; those read here fit one read.
    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    private static func entries(of path: String) -> Int {
        guard let folder = opendir(path) else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }
}
