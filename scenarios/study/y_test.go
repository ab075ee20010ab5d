package study
import ("testing";"os";"faultline/scenarios")
func TestY(t *testing.T){
 s,err:=scenarios.Load("recommendations-crash",scenarios.Options{})
 if err!=nil { t.Fatal(err) }
 Explain(s).WriteText(os.Stdout)
 WriteList(os.Stdout, List())
}
