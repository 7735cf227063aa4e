internal import CLibpq
internal import Glibc

extension LibpqConnection {
    /// The parts of a connection URL as libpq reads them; nil when it is not one.
    static func parse(url: String) -> [String: String]? {
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://"), let options = PQconninfoParse(url, nil)
        else { return nil }
        defer { PQconninfoFree(options) }
        var settings: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { settings[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return settings
    }

    static func open(_ settings: [String: String], deadline: ContinuousClock.Instant) throws(PostgresError)
        -> OpaquePointer
    {
        let keywords = settings.map { PostgresParameter(text: $0.key) }
        let values = settings.map { PostgresParameter(text: $0.value) }
        let started = withCStrings(keywords) { keywords in
            withCStrings(values) { PQconnectStartParams(keywords, $0, 0) }
        }
        guard let started else { throw PostgresError(.connectFailed, "no memory for a connection") }
        // Verbose messages have the SQLSTATE in them, for which libpq has no other way while connecting.
        PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
        guard finish(started, deadline: deadline) else {
            let error = connectError(started, password: settings["password"], timedOut: deadline <= .now)
            PQfinish(started)
            throw error
        }
        PQsetErrorVerbosity(started, PQERRORS_DEFAULT)
        return started
    }

    /// Drives the connection attempt until it has succeeded or failed, or the deadline has passed.
    private static func finish(_ connection: OpaquePointer, deadline: ContinuousClock.Instant) -> Bool {
        guard PQstatus(connection) != CONNECTION_BAD else { return false }
        var status = PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK {
            guard status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING else { return false }
            let events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
            // The socket changes while libpq goes through the addresses of a host.
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            let ready = poll(&descriptor, 1, (deadline - .now).pollMilliseconds)
            if ready == 0 || (ready < 0 && errno != EINTR) { return false }
            if ready > 0 { status = PQconnectPoll(connection) }
        }
        return true
    }

    private static func connectError(_ connection: OpaquePointer, password: String?, timedOut: Bool) -> PostgresError {
        var text = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        // libpq does not print passwords; this stays true whatever a later version does.
        if let password, !password.isEmpty {
            text = text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "***")
        }
        let state = sqlState(in: text)
        let failure = ConnectFailure(text, state: state, timedOut: timedOut)
        var error = PostgresError(.connectFailed, "cannot connect to PostgreSQL: \(failure.reason)")
        error.sqlState = state
        error.isForGood = failure.isForGood
        error.refusesStartupParameter = failure.isStartupParameter
        error.serverMessage = text
        return error
    }

    /// From a verbose message, `FATAL:  28P01: password authentication failed …`.
    private static func sqlState(in message: String) -> SQLState? {
        let words = message.split(whereSeparator: \.isWhitespace)
        let state = words.first { word in
            word.utf8.count == 6 && word.last == ":" && word.first?.isNumber == true
                && word.dropLast().allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
        }
        return state.map { SQLState(rawValue: String($0.dropLast())) }
    }

    /// Calls `body` with a NULL-terminated array of C strings that live as long as the call. None may contain a NUL.
    static func withCStrings<Result>(
        _ strings: [PostgresParameter], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        guard !strings.isEmpty else { return body(nil) }
        var bytes: [UInt8] = []
        var starts: [Int?] = []
        starts.reserveCapacity(strings.count)
        for string in strings {
            guard let text = string.text else {
                starts.append(nil)
                continue
            }
            starts.append(bytes.count)
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        }
        return bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            var pointers = starts.map { start in start.flatMap { offset in base.map { $0 + offset } } }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
