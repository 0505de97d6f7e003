using System.Reflection;
using Tessar.Tasks;

namespace Tessar.Tests.Architecture;

/// <summary>Trainer, replay, lenses and evaluations ask the run's task; none of them names one.</summary>
public sealed class TaskNamesTests
{
    // What every task is made of or read by. All else in the room belongs to some task.
    private static readonly Type[] _contract =
    [
        typeof(ITask), typeof(IClassTask), typeof(IOutputLoss), typeof(OutputFunction), typeof(TargetOutput),
        typeof(TrainingLoss), typeof(Measure), typeof(Measured), typeof(TaskSetup), typeof(TaskAttribute), typeof(TaskCatalog),
        typeof(SquaredLogits),
    ];

    // The command line and the pages draw answers; they may know whose they draw.
    private static readonly string[] _rooms = ["Tessar", "Tessar.Training", "Tessar.Lenses"];

    // A probe on features is a softmax regression of its own, whatever the task of the run that the features come from.
    private static readonly string[] _exempt = ["Tessar.Lenses.Data.Transfer.TargetTask"];

    private static readonly string[] _losses =
    [
        "cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss",
        "huber_loss", "smooth_l1_loss", "kl_div", "hinge_embedding_loss", "multilabel_margin_loss", "multi_margin_loss",
    ];

    [Fact]
    public void Only_the_room_of_tasks_knows_what_belongs_to_one()
    {
        Assert.Contains(typeof(Classification), OfOneTask());
        Assert.Contains(typeof(SoftmaxCrossEntropy), OfOneTask());
        Assert.Empty(Uses().Where(use => OfOneTask().Contains(CodeReferences.TypeOf(use.Used))).Select(Words).Distinct());
    }

    [Fact]
    public void Only_the_room_of_tasks_calls_a_loss_of_the_library()
    {
        Assert.Empty(Uses().Where(use => _losses.Contains(use.Used.Name, StringComparer.Ordinal)).Select(Words).Distinct());
        Assert.Contains(
            CodeReferences.Of(typeof(ITask).Assembly),
            pair => pair.Used.Name == "cross_entropy" && pair.User == typeof(SmoothedCrossEntropy)); // so it would be seen
    }

    [Fact]
    public void Exemptions_are_needed()
    {
        Type[] users = [.. AllUses().Where(use => OfOneTask().Contains(CodeReferences.TypeOf(use.Used))).Select(use => use.User)];
        Assert.All(_exempt, name => Assert.Contains(users, user => user.FullName == name));
    }

    [Fact]
    public void No_other_source_holds_the_name_of_a_task()
    {
        string[] names = [.. typeof(ITask).Assembly.GetTypes().Select(type => type.GetCustomAttribute<TaskAttribute>()?.Name)
            .OfType<string>().Select(name => $"\"{name}\"")];
        Assert.NotEmpty(names);
        string source = Path.Combine(Repository.Root, "src");
        IEnumerable<string> files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) != "Tasks");
        Assert.Empty(files.Where(file => names.Any(name => File.ReadAllText(file).Contains(name, StringComparison.Ordinal)))
            .Select(file => Path.GetRelativePath(source, file)));
    }

    private static HashSet<Type> OfOneTask() =>
        [.. typeof(ITask).Assembly.GetTypes().Where(type => type.Namespace == typeof(ITask).Namespace && !type.IsNested)
            .Except(_contract)];

    private static IEnumerable<(Type User, MemberInfo Used)> AllUses() =>
        _rooms.SelectMany(room => CodeReferences.Of(Assembly.Load(room)))
            .Where(pair => pair.User.Namespace != typeof(ITask).Namespace);

    private static IEnumerable<(Type User, MemberInfo Used)> Uses() =>
        AllUses().Where(pair => !_exempt.Contains(pair.User.FullName, StringComparer.Ordinal));

    private static string Words((Type User, MemberInfo Used) use) =>
        $"{use.User.FullName} uses {CodeReferences.TypeOf(use.Used).Name}.{use.Used.Name}";
}
