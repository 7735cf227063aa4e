import JobQueue

/// How far a change of many dead letters came in one call.
struct BulkProgressBody: Encodable {
    let progress: BulkProgress

    enum CodingKeys: String, CodingKey {
        case changed, left
        case nextCursor = "next_cursor"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(progress.changed, forKey: .changed)
        try container.encode(progress.left, forKey: .left)
        try container.encode(progress.nextCursor?.description, forKey: .nextCursor)
    }
}
