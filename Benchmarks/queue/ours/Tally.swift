import ArgumentParser
import Glibc
import Synchronization

/// Memory that handlers write and the measurement reads: when each job ran last, and how often it ran.
///
/// For `n` jobs `n` times in nanoseconds of the monotonic clock, 8 bytes each, and then `n` bytes that count runs. A
/// run costs its process two stores and one look at the clock, and no caller has to ask a queue whether it is empty.
final class Tally: Sendable {
    /// How many jobs it has room for.
    let jobs: Int
    /// Where other processes of this user find it.
    let path: String
    private let address: UInt

    /// A file in memory that has lost its name: gone with the last process that has it open.
    init(jobs: Int) throws {
        var name = Array("/dev/shm/tally-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        unlink(name)
        guard file >= 0, ftruncate(file, off_t(jobs * 9)) == 0 else { throw ValidationError("no memory for a tally") }
        self.jobs = jobs
        self.path = "/proc/\(getpid())/fd/\(file)"
        self.address = try Self.map(file, bytes: jobs * 9)
    }

    /// One that another process has made.
    init(path: String) throws {
        let file = open(path, O_RDWR | O_CLOEXEC)
        let bytes = Int(lseek(file, 0, SEEK_END))
        guard file >= 0, bytes > 0 else { throw ValidationError("there is no tally at \(path)") }
        self.jobs = bytes / 9
        self.path = path
        self.address = try Self.map(file, bytes: bytes)
        close(file)
    }

    deinit {
        // As mapped below.
        munmap(UnsafeMutableRawPointer(bitPattern: address)!, jobs * 9)
    }

    private static func map(_ file: Int32, bytes: Int) throws -> UInt {
        guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED else {
            throw ValidationError("a tally cannot be mapped")
        }
        return UInt(bitPattern: memory)
    }

    // Mapped for as long as this object lives; atomics, because any thread of any process may write.
    private func time(_ number: Int) -> UnsafeMutablePointer<Atomic<Int64>> {
        UnsafeMutablePointer(bitPattern: address + UInt(number) * 8)!
    }

    private func count(_ number: Int) -> UnsafeMutablePointer<Atomic<UInt8>> {
        UnsafeMutablePointer(bitPattern: address + UInt(jobs) * 8 + UInt(number))!
    }

    /// Called by the handler of job `number`. A job that this tally does not know of ends the process: the queue was
    /// not empty before.
    func ran(_ number: Int) {
        precondition(number < jobs, "job \(number) is none of this measurement's")
        time(number).pointee.store(Self.now(), ordering: .relaxed)
        count(number).pointee.wrappingAdd(1, ordering: .releasing)
    }

    /// Nanoseconds of the monotonic clock, the same for all processes.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// When job `number` ran, nil as long as it has not.
    func runTime(of number: Int) -> Int64? {
        count(number).pointee.load(ordering: .acquiring) == 0 ? nil : time(number).pointee.load(ordering: .relaxed)
    }

    /// Returns once every job has run.
    /// - Throws: when that takes longer than `limit`.
    func waitForAll(limit: Duration = .seconds(300)) async throws { try await wait(for: 0..<jobs, limit: limit) }

    /// Returns once every job with one of these numbers has run.
    /// - Throws: when that takes longer than `limit`.
    func wait(for numbers: Range<Int>, limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        for number in numbers {
            while runTime(of: number) == nil {
                guard ContinuousClock.now < deadline else {
                    throw ValidationError("job \(number) has not run within \(limit)")
                }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    /// Seconds from the first job's run to the last one's, of all or of those with these numbers.
    /// - Throws: when a job did not run exactly once.
    func seconds(of numbers: Range<Int>? = nil) throws -> Double {
        var first = Int64.max
        var last = Int64.min
        for number in numbers ?? 0..<jobs {
            let runs = count(number).pointee.load(ordering: .acquiring)
            guard runs == 1 else { throw ValidationError("job \(number) ran \(runs) times") }
            let time = time(number).pointee.load(ordering: .relaxed)
            first = min(first, time)
            last = max(last, time)
        }
        return Double(last - first) / 1e9
    }
}
