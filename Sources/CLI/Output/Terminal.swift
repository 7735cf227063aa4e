import Foundation
import JSON

/// Standard output and standard error.
enum Terminal {
    /// Writes a line for people or scripts, at once, so that progress is seen where output is a file.
    static func write(_ text: String) {
        print(text)
        fflush(nil)
    }

    /// Writes a line to standard error.
    static func writeError(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// How many columns a line of standard output may have: the window's width, `COLUMNS`, or nil for a file or a pipe,
    /// where nothing is cut.
    static var width: Int? {
        if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
            return columns
        }
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }
}

extension Terminal {
    /// How scripts get their documents: members in snake case and in order, times to the millisecond.
    static let documents = JSONStyle(
        sortsMembers: true, isIndented: true, namesInSnakeCase: true, showsMilliseconds: true)

    /// Writes a value as JSON.
    static func writeJSON(_ value: some Encodable) throws {
        write(try JSONCoder.text(value, documents))
    }
}
