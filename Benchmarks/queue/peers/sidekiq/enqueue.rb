require "json"
require_relative "no_op"

jobs = Integer(ENV.fetch("BENCH_JOBS"))
padding = "x" * 160

began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
(0...jobs).each_slice(1000) { |numbers| NoOp.perform_bulk(numbers.map { |number| [number, padding] }) }
seconds = Process.clock_gettime(Process::CLOCK_MONOTONIC) - began
puts JSON.generate(jobs: jobs, seconds: seconds)
