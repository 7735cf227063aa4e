internal import CLibpq

/// Owns a `PGresult` and clears it when it goes.
///
/// Source for all calls: PostgreSQL 15 manual, 34.3, "Command Execution Functions".
struct LibpqResult: ~Copyable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    enum Kind {
        case success
        case failure
        case skipped
        case synchronised
        /// COPY and whatever else the protocol may bring that no statement of ours asks for.
        case unexpected
    }

    var kind: Kind {
        switch PQresultStatus(pointer) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .success
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: .failure
        case PGRES_PIPELINE_ABORTED: .skipped
        case PGRES_PIPELINE_SYNC: .synchronised
        default: .unexpected
        }
    }

    /// Copies everything out; nothing of libpq's memory is referred to afterwards.
    func copy() -> WireResult {
        let affected = PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
        return WireResult(table: PQresultStatus(pointer) == PGRES_TUPLES_OK ? table() : nil, affectedRows: affected)
    }

    private func table() -> ResultTable {
        let columnCount = PQnfields(pointer)
        let rowCount = PQntuples(pointer)
        let columns = (0..<columnCount).map { column in
            ResultTable.Column(
                name: PQfname(pointer, column).map { String(cString: $0) } ?? "", typeOID: PQftype(pointer, column))
        }
        var cells: [ResultTable.Cell] = []
        cells.reserveCapacity(Int(rowCount) * Int(columnCount))
        var bytes: [UInt8] = []
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                guard PQgetisnull(pointer, row, column) == 0, let value = PQgetvalue(pointer, row, column) else {
                    cells.append(ResultTable.Cell(start: bytes.count, length: -1))
                    continue
                }
                let length = Int(PQgetlength(pointer, row, column))
                cells.append(ResultTable.Cell(start: bytes.count, length: length))
                bytes.append(contentsOf: UnsafeRawBufferPointer(start: value, count: length))
            }
        }
        return ResultTable(columns: columns, rowCount: Int(rowCount), cells: cells, bytes: bytes)
    }

    /// The server closes the connection after an error of this severity.
    var isFatal: Bool {
        guard let severity = field("V") else { return false }
        return severity == "FATAL" || severity == "PANIC"
    }

    /// The error the server, or libpq itself, reports.
    func error(_ code: PostgresError.Code = .server) -> PostgresError {
        let state = field("C").map(SQLState.init(rawValue:))
        var error = PostgresError(
            code, code == .server ? "the server refused a statement" : "the connection to the server broke")
        error.sqlState = state
        error.constraint = field("n")
        error.table = field("t")
        error.column = field("c")
        error.detail = field("D")
        error.serverMessage = field("M") ?? PQresultErrorMessage(pointer).map { String(cString: $0) }
        // Named by the function that raises it, because the message is translated.
        error.isStalePlan =
            state == .invalidStatementName || (state == .featureNotSupported && field("R") == "RevalidateCachedQuery")
        return error
    }

    /// A field of the error report by the letter it has in the protocol (PostgreSQL 15 manual, 55.8): libpq's
    /// `PG_DIAG_…` names are character constants, which Swift does not import.
    private func field(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(pointer, Int32(letter.value)).map { String(cString: $0) }
    }
}
