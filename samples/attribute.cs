#:project ../src/Tessar.Lenses/Tessar.Lenses.csproj
#:project ../src/Tessar.Training/Tessar.Training.csproj
#:property PublishAot=false

// Which training images made the network say what it says about one test image?
// dotnet run samples/attribute.cs [RUN FOLDER] [TEST IMAGE]      without a run it trains a small one first
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Training;

Run run = args.Length > 0
    ? Run.Open(args[0])
    : Trainer.Train(new TrainingRequest { Model = "mlp", Data = "fashion-mnist-mini", Train = "train:0-1999", Epochs = 5 });
using ExampleStore store = run.OpenExamples();
ExampleSet train = run.TrainSet(store);
ExampleSet image = ExampleSet.Parse(store, $"test:{(args.Length > 1 ? args[1] : "0")}");

var trak = new Trak(new TrakOptions { ProjectionDimension = 1024, Damping = 0.3 });
AttributionMatrix scores = trak.Score(new RunView(run), train, image, new MethodContext());

Console.WriteLine(
    $"{image} is labelled {store.ClassNames[image.Label(0)]}. Test accuracy of {run.Name}: {run.Record.Final?.TestAccuracy:P1}.");
foreach (ScoredExample one in scores.Proponents(target: 0, count: 5))
    Console.WriteLine($"raised by train:{train.First + one.Train,-5} {Label(one),-12} {one.Score,8:F4}");
foreach (ScoredExample one in scores.Opponents(target: 0, count: 5))
    Console.WriteLine($"lowered by train:{train.First + one.Train,-5} {Label(one),-12} {one.Score,8:F4}");

string Label(ScoredExample one) => store.ClassNames[train.Label(one.Train)];
