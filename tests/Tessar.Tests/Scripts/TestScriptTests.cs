using Tessar.Tests.Processes;

namespace Tessar.Tests.Scripts;

/// <summary>`./test` over test programs that are only played.</summary>
public sealed class TestScriptTests
{
    private const string Classes = """
        Tessar.Tests.Long passes
        Tessar.Tests.Data.Middle passes
        Tessar.Tests.Data.Short passes
        Tessar.Tests.New passes
        Tessar.Web.Tests.Page passes
        """;

    // The pages and Middle against Long, which was measured in another namespace; Short and New then go where less is to be done.
    private const string Seconds = """
        30.0 Tessar.Tests.Gone
        5.0 Tessar.Tests.Data.Middle
        2.0 Tessar.Tests.Data.Short
        9.0 Tessar.Tests.Before.Long
        3.5 Tessar.Web.Tests.Page
        """;

    [Fact]
    public void Every_class_runs_once_in_one_of_two_processes_of_one_thread_each()
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        ChildResult result = checkout.Test();
        Assert.Equal((0, "5 passed, 0 failed"), (result.ExitCode, LastLine(result)));
        Assert.Equal(
            ["Tessar.Tests.Data.Middle 1 1", "Tessar.Tests.Data.Short 1 1", "Tessar.Tests.Long 1 1", "Tessar.Tests.New 1 1",
             "Tessar.Web.Tests.Page 1 1"],
            checkout.Ran.Order(StringComparer.Ordinal));
        string second = Assert.Single(checkout.Calls, call => call.Contains("--filter-class", StringComparison.Ordinal));
        Assert.Contains("--filter-class Tessar.Tests.Long Tessar.Tests.New --output", second, StringComparison.Ordinal);
        Assert.Single(
            checkout.Calls,
            call =>
                call.Contains(
                    "--filter-not-class Tessar.Tests.Long --filter-not-class Tessar.Tests.New --output",
                    StringComparison.Ordinal));
    }

    [Fact]
    public void Failures_of_both_processes_are_printed_whole_after_one_another()
    {
        using var checkout = new PlayCheckout(
            Classes.Replace("Long passes", "Long fails", StringComparison.Ordinal)
                .Replace("Page passes", "Page fails", StringComparison.Ordinal), Seconds);
        ChildResult result = checkout.Test();
        Assert.Equal((1, "3 passed, 2 failed"), (result.ExitCode, LastLine(result)));
        foreach (string name in (string[])["Tessar.Tests.Long", "Tessar.Web.Tests.Page"])
            Assert.Contains($"failed {name}.Test (1ms)\n  Expected: 1\n  Actual:   2\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("passed Tessar", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tessar.Tests.Long")] // in the second process
    [InlineData("Tessar.Tests.Data.Middle")]
    [InlineData("Tessar.Web.Tests.Page")]
    public void Killed_process_is_a_failure_and_its_last_words_are_shown(string victim)
    {
        using var checkout = new PlayCheckout(
            Classes.Replace(victim + " passes", victim + " dies", StringComparison.Ordinal), Seconds);
        ChildResult result = checkout.Test();
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith(", 1 failed", LastLine(result), StringComparison.Ordinal);
        Assert.Contains("Fatal error of " + victim, result.Error, StringComparison.Ordinal);
        Assert.Contains("ended with exit code 137 before its last test", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Skipped_test_is_no_success()
    {
        using var checkout = new PlayCheckout(Classes.Replace("Short passes", "Short skips", StringComparison.Ordinal), Seconds);
        ChildResult result = checkout.Test();
        Assert.Equal((1, "4 passed, 0 failed"), (result.ExitCode, LastLine(result)));
        Assert.Contains("1 tests were skipped", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2 passed, 0 failed", "Tessar.Tests.Data.*")]
    [InlineData("1 passed, 0 failed", "Short")]
    [InlineData("2 passed, 0 failed", "Short", "Page")]
    [InlineData("1 passed, 0 failed", "Tessar.Web.Tests.*")]
    public void Names_of_classes_choose_tests(string last, params string[] names)
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        ChildResult result = checkout.Test(names);
        Assert.Equal((0, last), (result.ExitCode, LastLine(result)));
        Assert.All(checkout.Ran, line => Assert.EndsWith(" 1 1", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Nowhere")]
    [InlineData("Tessar.Tests.Nowhere")]
    public void Names_that_no_class_has_are_a_failure(string name)
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        ChildResult result = checkout.Test(name);
        Assert.Equal((1, "0 passed, 0 failed"), (result.ExitCode, LastLine(result)));
        Assert.Contains("No test was run.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_arguments_reach_the_programs_as_they_are()
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        checkout.Test("--filter-not-trait", "Category=slow");
        Assert.Equal(
            3, checkout.Calls.Count(call => call.EndsWith("--filter-not-trait Category=slow", StringComparison.Ordinal)));
        checkout.Test("--filter-method", "Tessar.Tests.Long.Test", "--seed", "3");
        Assert.Equal(
            2,
            checkout.Calls.Count(call =>
                call.EndsWith("--filter-method Tessar.Tests.Long.Test --seed 3", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("src/Some.cs")]
    [InlineData("tests/Tessar.Tests/Some.cs")]
    [InlineData("Some.props")]
    [InlineData("build/tests/split.awk")]
    public void Programs_are_built_when_a_source_is_newer(string source)
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        checkout.Test("Short");
        checkout.Test("Short");
        Assert.Equal(1, checkout.Builds);
        checkout.Edit("tests/seconds.txt");
        checkout.Test("Short");
        Assert.Equal(1, checkout.Builds);
        checkout.Edit(source);
        checkout.Test("Short");
        Assert.Equal(2, checkout.Builds);
    }

    // Build servers inherit what is open.
    [Theory]
    [InlineData("test")]
    [InlineData("tessar")]
    public void Server_that_a_build_leaves_behind_does_not_hold_up_the_next_build(string script)
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        checkout.Run(script, "Short");
        checkout.Edit("src/Some.cs");
        checkout.Run(script, "Short");
        Assert.Equal((2, true), (checkout.Builds, checkout.HasServer));
    }

    [Fact]
    public void Slowest_classes_come_with_their_seconds_and_tests()
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        ChildResult result = checkout.Test("--slowest", "2");
        // Each ends one second after the last; the first of a program also gets the start of that program, here from before
        // midnight.
        Assert.Contains(
            "The slowest of 5 classes, with their seconds and tests:\n     2.5  Tessar.Tests.Data.Middle (1)\n     2.5  "
                + "Tessar.Tests.Long (1)\n",
            result.Output, StringComparison.Ordinal);
        Assert.Equal("5 passed, 0 failed", LastLine(result));
    }

    [Fact]
    public void Measured_seconds_are_written_unless_a_test_failed()
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        Assert.Equal(0, checkout.Test("--measure").ExitCode);
        string[] measured =
        [
            "2.5 Tessar.Tests.Data.Middle", "1.0 Tessar.Tests.Data.Short", "2.5 Tessar.Tests.Long", "1.0 Tessar.Tests.New",
            "2.5 Tessar.Web.Tests.Page",
        ];
        Assert.Equal(measured, checkout.Seconds);

        using var failing = new PlayCheckout(Classes.Replace("Long passes", "Long fails", StringComparison.Ordinal), Seconds);
        Assert.Equal(1, failing.Test("--measure").ExitCode);
        Assert.Contains("30.0 Tessar.Tests.Gone", failing.Seconds);
    }

    [Theory]
    [InlineData("--measure runs every test", "--measure", "Short")]
    [InlineData("--slowest is `some`", "--slowest", "some")]
    [InlineData("--slowest is ``", "--slowest")]
    [InlineData("No test program holds Other.Tests.*", "Other.Tests.*")]
    public void Wrong_arguments_are_named_before_anything_is_built(string words, params string[] arguments)
    {
        using var checkout = new PlayCheckout(Classes, Seconds);
        ChildResult result = checkout.Test(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Equal(0, checkout.Builds);
    }

    private static string LastLine(ChildResult result) => result.Output.TrimEnd('\n').Split('\n')[^1];
}
