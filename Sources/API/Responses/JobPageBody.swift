import JobQueue

/// One page of jobs.
struct JobPageBody: Encodable {
    let page: JobPage

    enum CodingKeys: String, CodingKey {
        case items, cut
        case nextCursor = "next_cursor"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(page.items.map { JobBody(job: $0, isDetailed: false) }, forKey: .items)
        try container.encode(page.nextCursor?.description, forKey: .nextCursor)
        try container.encode(page.isCut, forKey: .cut)
    }
}
