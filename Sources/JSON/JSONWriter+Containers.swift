/// The members of an object that is being encoded.
struct JSONKeyedEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONWriter
    let members: JSONTree.Members

    var codingPath: [any CodingKey] { encoder.codingPath }

    private func below(_ key: any CodingKey) -> JSONWriter {
        JSONWriter(style: encoder.style, codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { members.set(encoder.style.name(key.stringValue), .null) }
    func encode(_ value: Bool, forKey key: Key) { members.set(encoder.style.name(key.stringValue), .bool(value)) }
    func encode(_ value: String, forKey key: Key) { members.set(encoder.style.name(key.stringValue), .string(value)) }
    func encode(_ value: Double, forKey key: Key) throws {
        members.set(encoder.style.name(key.stringValue), try below(key).tree(of: value))
    }
    func encode(_ value: Float, forKey key: Key) throws {
        members.set(encoder.style.name(key.stringValue), try below(key).tree(of: value))
    }
    func encode(_ value: Int, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .integer(Int64(value)))
    }
    func encode(_ value: Int8, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .integer(Int64(value)))
    }
    func encode(_ value: Int16, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .integer(Int64(value)))
    }
    func encode(_ value: Int32, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .integer(Int64(value)))
    }
    func encode(_ value: Int64, forKey key: Key) { members.set(encoder.style.name(key.stringValue), .integer(value)) }
    func encode(_ value: UInt, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .unsigned(UInt64(value)))
    }
    func encode(_ value: UInt8, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .unsigned(UInt64(value)))
    }
    func encode(_ value: UInt16, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .unsigned(UInt64(value)))
    }
    func encode(_ value: UInt32, forKey key: Key) {
        members.set(encoder.style.name(key.stringValue), .unsigned(UInt64(value)))
    }
    func encode(_ value: UInt64, forKey key: Key) { members.set(encoder.style.name(key.stringValue), .unsigned(value)) }
    func encode(_ value: some Encodable, forKey key: Key) throws {
        members.set(encoder.style.name(key.stringValue), try below(key).tree(of: value))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { nested(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { nested(JSONKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

    private func nested(_ key: any CodingKey) -> JSONWriter {
        let encoder = below(key)
        members.set(encoder.style.name(key.stringValue), .nested(encoder))
        return encoder
    }
}

/// The elements of an array that is being encoded.
struct JSONUnkeyedEncoding: UnkeyedEncodingContainer {
    let encoder: JSONWriter
    let elements: JSONTree.Elements

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { elements.values.count }

    private func below() -> JSONWriter {
        JSONWriter(style: encoder.style, codingPath: codingPath + [JSONKey(intValue: count)])
    }

    func encodeNil() { elements.values.append(.null) }
    func encode(_ value: Bool) { elements.values.append(.bool(value)) }
    func encode(_ value: String) { elements.values.append(.string(value)) }
    func encode(_ value: Double) throws { elements.values.append(try below().tree(of: value)) }
    func encode(_ value: Float) throws { elements.values.append(try below().tree(of: value)) }
    func encode(_ value: Int) { elements.values.append(.integer(Int64(value))) }
    func encode(_ value: Int8) { elements.values.append(.integer(Int64(value))) }
    func encode(_ value: Int16) { elements.values.append(.integer(Int64(value))) }
    func encode(_ value: Int32) { elements.values.append(.integer(Int64(value))) }
    func encode(_ value: Int64) { elements.values.append(.integer(value)) }
    func encode(_ value: UInt) { elements.values.append(.unsigned(UInt64(value))) }
    func encode(_ value: UInt8) { elements.values.append(.unsigned(UInt64(value))) }
    func encode(_ value: UInt16) { elements.values.append(.unsigned(UInt64(value))) }
    func encode(_ value: UInt32) { elements.values.append(.unsigned(UInt64(value))) }
    func encode(_ value: UInt64) { elements.values.append(.unsigned(value)) }
    func encode(_ value: some Encodable) throws { elements.values.append(try below().tree(of: value)) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        nested().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
    func superEncoder() -> any Encoder { nested() }

    private func nested() -> JSONWriter {
        let encoder = below()
        elements.values.append(.nested(encoder))
        return encoder
    }
}
