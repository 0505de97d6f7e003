using Xunit.Sdk;
using Xunit.v3;

// Native tensors share a global generator, a global thread count and a global tensor count.
[assembly: Parallelization(Mode = ParallelMode.None)]
