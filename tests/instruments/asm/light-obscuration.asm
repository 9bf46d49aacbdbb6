{
 "$asm.manifest": "http://purl.allotrope.org/manifests/solution-analyzer/REC/2024/09/solution-analyzer.manifest",
 "solution analyzer aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "solution analyzer document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "Run1",
       "sample document": {
        "sample identifier": "EV batch 7"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "data processing document": {
           "dilution factor setting": {
            "value": 1.0,
            "unit": "(unitless)"
           }
          },
          "distribution aggregate document": {
           "distribution document": [
            {
             "distribution identifier": "size 2",
             "particle size": {
              "value": 2.0,
              "unit": "µm"
             },
             "cumulative count": {
              "value": 48.0,
              "unit": "(unitless)"
             },
             "cumulative particle density": {
              "value": 240.0,
              "unit": "Counts/mL"
             },
             "differential count": {
              "value": 37.0,
              "unit": "(unitless)"
             }
            },
            {
             "distribution identifier": "size 10",
             "particle size": {
              "value": 10.0,
              "unit": "µm"
             },
             "cumulative count": {
              "value": 11.0,
              "unit": "(unitless)"
             },
             "cumulative particle density": {
              "value": 55.0,
              "unit": "Counts/mL"
             },
             "differential count": {
              "value": 10.0,
              "unit": "(unitless)"
             }
            },
            {
             "distribution identifier": "size 25",
             "particle size": {
              "value": 25.0,
              "unit": "µm"
             },
             "cumulative count": {
              "value": 1.0,
              "unit": "(unitless)"
             },
             "cumulative particle density": {
              "value": 5.0,
              "unit": "Counts/mL"
             },
             "differential count": {
              "value": 1.0,
              "unit": "(unitless)"
             }
            }
           ]
          }
         }
        ]
       }
      }
     ]
    }
   }
  ],
  "calculated data aggregate document": {
   "calculated data document": [
    {
     "calculated data name": "average_cumulative_count",
     "calculated result": {
      "value": 29.5,
      "unit": "(unitless)"
     },
     "calculated data identifier": "average_cumulative_count of size 2",
     "data source aggregate document": {
      "data source document": [
       {
        "data source identifier": "size 2",
        "data source feature": "cumulative count"
       },
       {
        "data source identifier": "size 10",
        "data source feature": "cumulative count"
       }
      ]
     }
    }
   ]
  }
 }
}
