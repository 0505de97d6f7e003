using Tessar.Web.Documents;
using Tessar.Web.Hosting;

namespace Tessar.Web.Tests.Hosting;

public sealed class ProblemsTests
{
    [Fact]
    public void Remedies_of_an_error_become_what_to_do_on_the_page_and_the_command_of_the_program()
    {
        var error = new TessarException("The run demo has no checkpoint yet.", ErrorKind.InputData)
        {
            Remedies = [new(RemedyKind.ChangeArgument, "targets"), new(RemedyKind.ResumeRun, "demo")],
        };

        Problem problem = Problems.Of(error, "./tessar");

        Assert.Equal(
            (
                "The run demo has no checkpoint yet.", "Ask with another “targets”. Or let the run demo go on:",
                "./tessar train --resume demo"
            ),
            (problem.Cause, problem.Action, problem.Command));
    }

    [Fact]
    public void Message_of_an_argument_that_was_written_for_the_user_is_told_with_its_remedies()
    {
        Problem problem = Problems.Of(Wrong(0), "tessar");

        Assert.Equal(
            ("damping is 0; required is a number above 0.", "Set the method’s option “damping” to 1.", null),
            (problem.Cause, problem.Action, problem.Command));

        static ArgumentException Wrong(int damping) =>
            new ArgumentException($"damping is {damping}; required is a number above 0.", nameof(damping))
                .ForUser(ErrorKind.Usage, new Remedy(RemedyKind.SetMethodOption, "damping", "1"));
    }

    [Fact]
    public void Command_of_the_words_is_kept_whatever_the_program_is_called()
    {
        Problem problem = Problems.Of(
            422, "job-failed", "The job failed.", "It has no checkpoint. Next: `./tessar train --resume demo`.");

        Assert.Equal(("It has no checkpoint.", "./tessar train --resume demo"), (problem.Cause, problem.Command));
    }

    [Fact]
    public void Remedies_of_every_kind_have_words_of_a_page_without_options_of_the_command_line()
    {
        foreach (RemedyKind kind in Enum.GetValues<RemedyKind>())
        {
            foreach (Remedy remedy in new[] { new Remedy(kind, "a", "b"), new Remedy(kind, "a"), new Remedy(kind) })
            {
                (string action, string? command) = PageRemedies.Of([remedy], "tessar");
                Assert.DoesNotContain("--", action, StringComparison.Ordinal);
                Assert.Equal(command is null ? '.' : ':', action[^1]);
                Assert.True(command is null || command.StartsWith("tessar ", StringComparison.Ordinal));
            }
        }
    }
}
