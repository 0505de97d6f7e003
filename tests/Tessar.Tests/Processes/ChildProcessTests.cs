namespace Tessar.Tests.Processes;

public sealed class ChildProcessTests
{
    [Theory]
    [InlineData("nothing", 0)]
    [InlineData("usage", 2)]
    [InlineData("argument", 2)]
    [InlineData("input", 3)]
    [InlineData("environment", 4)]
    [InlineData("internal", 1)]
    public void Exit_code_follows_from_the_kind_of_error(string error, int code)
    {
        ChildResult result = ChildProcess.Run("fail", error);
        Assert.Equal(code, result.ExitCode);
        Assert.Equal(error == "nothing", result.Error.Length == 0);
    }

    [Fact]
    public void Child_answers_lines_and_can_be_killed()
    {
        using ChildProcess child = ChildProcess.Start("echo");
        child.Tell("hello");
        child.WaitFor("hello");
        child.Kill();
        Assert.Equal(137, child.WaitForEnd().ExitCode);
    }

    [Scenario("fail")]
    private static void Fail(string[] arguments)
    {
        Exception? error = arguments[0] switch
        {
            "usage" => new TessarException("as asked", ErrorKind.Usage),
            "argument" => new ArgumentOutOfRangeException(nameof(arguments), "as asked"),
            "input" => new FileFormatException("file", 3, "this", "that", "Try again."),
            "environment" => new TessarException("as asked", ErrorKind.Environment),
            "internal" => new InvalidOperationException("as asked"),
            _ => null,
        };
        if (error is not null)
        {
            throw error;
        }
    }

    [Scenario("echo")]
    private static void Echo(string[] arguments)
    {
        while (Console.ReadLine() is { } line)
        {
            Console.WriteLine(line);
        }
    }
}
