using Xunit.Sdk;
using Xunit.v3;

// One browser at a time: the tests are to pass on two cores.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(Tessar.Web.Tests.Recording.SharedWorkbench))]
[assembly: AssemblyFixture(typeof(Tessar.Web.Tests.Browser.Chromium))]
