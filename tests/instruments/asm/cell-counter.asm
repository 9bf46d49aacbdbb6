{
 "$asm.manifest": "http://purl.allotrope.org/manifests/cell-counting/REC/2024/09/cell-counting.manifest",
 "cell counting aggregate document": {
  "data system document": {
   "file name": "export",
   "software name": "Reader",
   "software version": "1.2",
   "ASM converter name": "allotropy_x",
   "ASM converter version": "0.1"
  },
  "cell counting document": [
   {
    "measurement aggregate document": {
     "measurement document": [
      {
       "measurement identifier": "one",
       "measurement time": "2024-03-05T09:30:00+01:00",
       "sample document": {
        "sample identifier": "MSC bank 3"
       },
       "processed data aggregate document": {
        "processed data document": [
         {
          "viability (cell counter)": {
           "value": 93.8,
           "unit": "%"
          },
          "viable cell density (cell counter)": {
           "value": 0.76,
           "unit": "10^6 cells/mL"
          },
          "dead cell density (cell counter)": {
           "value": 0.05,
           "unit": "10^6 cells/mL"
          },
          "total cell density (cell counter)": {
           "value": 0.81,
           "unit": "10^6 cells/mL"
          },
          "average total cell diameter": {
           "value": 18.5,
           "unit": "µm"
          },
          "data processing document": {
           "cell density dilution factor": {
            "value": 2.0,
            "unit": "(unitless)"
           }
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
