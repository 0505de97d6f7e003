using Tessar.Cli;

namespace Tessar.Tests.Cli;

public sealed class KnownMethodsTests
{
    // As an assembly of the user's might bring it: the commands stay, asking the catalogue says why.
    [Fact]
    public void A_question_whose_verb_is_a_command_already_is_an_error_of_the_catalogue()
    {
        var known = KnownMethods.OfEnvironment();
        Assert.Same(known, known.Beside(["train", "show"]));
        KnownMethods refused = known.Beside(["train", "evaluate"]);
        TessarException e = Assert.Throws<TessarException>(() => refused.Catalog);
        Assert.Contains("but `evaluate` is a command of Tessar. Give it another verb.", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Questions);
    }
}
