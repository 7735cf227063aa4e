# Shared memory with each job's time of running (8 bytes each), followed by how often each ran (1 byte each).

require "fiddle"

module Tally
  READ_WRITE = 3
  SHARED = 1

  def self.map(path)
    types = [Fiddle::TYPE_VOIDP, Fiddle::TYPE_SIZE_T, Fiddle::TYPE_INT, Fiddle::TYPE_INT, Fiddle::TYPE_INT,
             Fiddle::TYPE_LONG]
    mmap = Fiddle::Function.new(Fiddle.dlopen(nil)["mmap"], types, Fiddle::TYPE_VOIDP)
    File.open(path, "r+") do |file|
      Fiddle::Pointer.new(mmap.call(nil, file.size, READ_WRITE, SHARED, file.fileno, 0).to_i, file.size)
    end
  end

  MEMORY = map(ENV.fetch("BENCH_TALLY"))
  COUNTS = MEMORY.size / 9 * 8

  def self.ran(number)
    MEMORY[number * 8, 8] = [Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)].pack("q")
    MEMORY[COUNTS + number] += 1
  end
end
