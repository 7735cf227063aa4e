import Foundation
import TestSupport
import Testing

@testable import CrashPoints

@Suite("Programs built for release have no crash points")
struct ReleaseTests {
    /// The module's sources, compiled as a program's are.
    private func compiled(_ options: [String]) async throws -> Data {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/CrashPoints")
            .standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
        let object = "\(NSTemporaryDirectory())/cartwright-crash-points-\(UUID().uuidString).o"
        defer { try? FileManager.default.removeItem(atPath: object) }
        let compiler = try ManagedProcess.start(
            "swiftc",
            arguments: [
                "-module-name", "CrashPoints", "-package-name", "cartwright", "-parse-as-library", "-swift-version",
                "6", "-O",
                "-whole-module-optimization", "-c", "-o", object,
            ] + options + files.map { sources.appending(path: $0).path })
        #expect(try await compiler.waitForExit(within: .seconds(120)) == .code(0), "\(compiler.log)")
        return try Data(contentsOf: URL(filePath: object))
    }

    private func traces(in code: Data) -> [String] {
        (CrashPoint.allCases.map(\.name) + ["CARTWRIGHT_CRASH_AT", "CARTWRIGHT_STOP_AT", "CrashSwitch"]).filter {
            code.range(of: Data($0.utf8)) != nil
        }
    }

    @Test("a release build holds no crash point")
    func nothingIsLeft() async throws {
        #expect(try await traces(in: compiled([])) == [])
    }

    /// Otherwise the test above would prove nothing.
    @Test("programs built for tests hold them")
    func programsForTestsHaveThem() async throws {
        let found = try await traces(in: compiled(["-D", "DEBUG"]))
        #expect(found.contains("CARTWRIGHT_CRASH_AT") && found.contains("CrashSwitch"), "\(found)")
    }
}
