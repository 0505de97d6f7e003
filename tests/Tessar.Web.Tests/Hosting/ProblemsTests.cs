using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Tests.Hosting;

public sealed class ProblemsTests
{
    [Fact]
    public void Remedy_of_an_error_becomes_the_command_of_the_problem()
    {
        var error = new TessarException("The run demo has no checkpoint yet.", ErrorKind.InputData)
        {
            Remedies = [new(RemedyKind.ChangeArgument, "targets"), new(RemedyKind.ResumeRun, "demo")],
        };

        Problem problem = Problems.Of(error);

        Assert.Equal(("The run demo has no checkpoint yet.", "tessar train --resume demo"), (problem.Cause, problem.Command));
    }

    [Fact]
    public void Command_of_the_words_is_kept_whatever_the_program_is_called()
    {
        Problem problem = Problems.Of(
            422, "job-failed", "The job failed.", "It has no checkpoint. Next: `./tessar train --resume demo`.");

        Assert.Equal(("It has no checkpoint.", "./tessar train --resume demo"), (problem.Cause, problem.Command));
    }

    [Fact]
    public void Remedies_of_every_kind_are_commands_of_the_program_or_none()
    {
        foreach (RemedyKind kind in Enum.GetValues<RemedyKind>())
            Assert.StartsWith(
                "tessar ", RemedyCommands.Of([new Remedy(kind, "a", "b"), new Remedy(RemedyKind.ListRuns)]),
                StringComparison.Ordinal);
    }
}
